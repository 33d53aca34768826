import { LifeBuoy } from "lucide-preact";
import { Component, type ComponentChildren } from "preact";
import { Button } from "../design/Button.js";
import { Disclosure } from "../design/Disclosure.js";
import { EmptyState } from "../design/EmptyState.js";
import style from "./ErrorBoundary.module.css";
import { t } from "./words.js";

interface Props {
  readonly children: ComponentChildren;
}

interface State {
  readonly error: Error | null;
}

/** Shows a humane page where a part of the screen broke, instead of nothing; the rest goes on. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static override getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div class={style["broken"]} role="alert">
        <EmptyState
          icon={LifeBuoy}
          title={t.brokenTitle}
          actions={
            <>
              <Button onClick={() => this.setState({ error: null })}>{t.again}</Button>
              <Button tone="primary" onClick={() => location.reload()}>
                {t.reload}
              </Button>
            </>
          }
        >
          {t.brokenText}
        </EmptyState>
        <div class={style["report"]}>
          <Disclosure title={t.report}>
            <pre class={style["trace"]} tabIndex={0}>{`${error.name}: ${error.message}\n${error.stack ?? ""}`}</pre>
          </Disclosure>
        </div>
      </div>
    );
  }
}
