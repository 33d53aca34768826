import { MAX_WELCOME_TEXT_BYTES } from "@conclave/client/pure";
import { utf8Bytes } from "@conclave/codec";
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { TextArea } from "../../design/index.js";
import { t } from "./words.js";

/** The welcome of a link: what everybody who has it reads first. */
export function WelcomeField({
  value,
  fault,
}: {
  readonly value: Signal<string>;
  readonly fault: Signal<string | null>;
}): JSX.Element {
  return <TextArea label={t.welcome} hint={t.welcomeHint} value={value} error={fault} rows={2} growTo={5} />;
}

/** What is wrong with a welcome, in a sentence; null when nothing is. */
export function welcomeFault(text: string): string | null {
  return utf8Bytes(text.trim()).length > MAX_WELCOME_TEXT_BYTES ? t.welcomeTooLong : null;
}
