import { Check, Copy, Eye, EyeOff } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Button } from "./Button.js";
import { FieldFrame, type FieldFrameProps } from "./FieldFrame.js";
import { IconButton } from "./IconButton.js";
import { classes } from "./live.js";
import { toast } from "./Toast.js";
import field from "./Field.module.css";
import { t } from "./words.js";

export interface CopyFieldProps extends Omit<FieldFrameProps, "id" | "children" | "error"> {
  readonly value: string;
  /** Covered until the person asks to see it. It can be copied either way. */
  readonly secret?: boolean;
  /** Taking it away is what one is here for: the button says so in words. */
  readonly main?: boolean;
}

/** A link or a code to take away. */
export function CopyField({ label, labelHidden, hint, value, secret = false, main }: CopyFieldProps): JSX.Element {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [seen, see] = useState(!secret);
  const [copied, mark] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => mark(false), 2_500);
    return () => clearTimeout(timer);
  }, [copied]);
  // The types of JSX want a literal here, and it is either.
  const kind = { type: seen ? "text" : "password" } as { type: "text" };
  const take = async () => {
    if (await copyText(value)) mark(true);
    else {
      see(true);
      input.current?.select();
      toast({ text: t.copyFailed, tone: "danger", action: { text: t.copyAgain, run: () => void take() } });
    }
  };
  return (
    <FieldFrame id={id} label={label} labelHidden={labelHidden} hint={hint}>
      <div class={field["box"]}>
        <input
          ref={input}
          id={id}
          class={classes(field["input"], field["mono"])}
          {...kind}
          value={value}
          readOnly
          autocomplete="off"
          dir="ltr"
          aria-describedby={hint ? `${id}-hint` : undefined}
          onFocus={(event) => event.currentTarget.select()}
        />
        <span class={field["after"]}>
          {secret && (
            <IconButton
              label={seen ? t.hide : t.show}
              icon={seen ? EyeOff : Eye}
              size="small"
              onClick={() => see(!seen)}
            />
          )}
          {main ? (
            <Button size="small" tone="primary" icon={copied ? Check : Copy} onClick={() => void take()}>
              {copied ? t.copied : t.copy}
            </Button>
          ) : (
            <IconButton
              label={copied ? t.copied : t.copy}
              icon={copied ? Check : Copy}
              size="small"
              onClick={() => void take()}
            />
          )}
        </span>
      </div>
      <span class="visually-hidden" role="status">
        {copied ? t.copied : ""}
      </span>
    </FieldFrame>
  );
}

/** Puts a text on the clipboard; false where the browser does not allow it (a page without https, for one). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
