import { CloudOff } from "lucide-preact";
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../design/Button.js";
import { EmptyState } from "../design/EmptyState.js";
import { Skeleton } from "../design/Skeleton.js";
import { spoken } from "../words/words.js";
import style from "./Lazy.module.css";
import { t } from "./words.js";

const SHOW_AFTER_MS = 250;

/**
 * A screen that is fetched when it is first shown. `import()` must be written at the call, so that the bundler sees it:
 * `lazy(() => import("../screens/settings/Settings.js").then((m) => m.Settings))`.
 */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  // A function as state would be called: hence the box.
  let ready: { readonly Screen: ComponentType<P> } | null = null;
  return function Lazy(props: P): JSX.Element {
    const [here, arrive] = useState(ready);
    const [failed, fail] = useState(false);
    const fetchIt = () => {
      fail(false);
      load().then(
        async (Screen) => {
          await spoken();
          ready = { Screen };
          arrive(ready);
        },
        () => fail(true),
      );
    };
    useEffect(() => {
      if (!ready) fetchIt();
    }, []);
    if (here) return <here.Screen {...props} />;
    return failed ? <LoadFailed onRetry={fetchIt} /> : <Loading />;
  };
}

function LoadFailed({ onRetry }: { readonly onRetry: () => void }): JSX.Element {
  return (
    <EmptyState
      icon={CloudOff}
      title={t.loadFailedTitle}
      actions={
        <Button tone="primary" onClick={onRetry}>
          {t.again}
        </Button>
      }
    >
      {t.loadFailedText}
    </EmptyState>
  );
}

// What comes at once shows no skeleton: it would only flicker.
function Loading(): JSX.Element | null {
  const [late, wait] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => wait(true), SHOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return late ? (
    <div class={style["loading"]}>
      <Skeleton rows={5} />
    </div>
  ) : null;
}
