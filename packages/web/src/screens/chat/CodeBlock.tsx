import { Copy } from "lucide-preact";
import type { JSX } from "preact";
import { copyText } from "../../design/CopyField.js";
import { IconButton } from "../../design/IconButton.js";
import { toast } from "../../design/Toast.js";
import { t as common } from "../../design/words.js";
import style from "./CodeBlock.module.css";
import { t } from "./words.js";

/** Lines of code, with a button that takes them away. */
export function CodeBlock({ text }: { readonly text: string }): JSX.Element {
  const copy = async () => {
    toast((await copyText(text)) ? common.copied : { text: common.copyFailed, tone: "danger" });
  };
  return (
    <div class={style["block"]}>
      <pre class={style["pre"]} dir="ltr" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <span class={style["copy"]}>
        <IconButton label={t.copyCode} icon={Copy} size="small" tip="none" onClick={() => void copy()} />
      </span>
    </div>
  );
}
