import type { ReadonlySignal, Signal } from "@preact/signals";
import type { JSX } from "preact";
import { Field, Stack } from "../../design/index.js";
import { t } from "./words.js";

export interface ServerFieldsProps {
  readonly relay: Signal<string>;
  readonly fault: ReadonlySignal<string | null>;
  readonly permit: Signal<string>;
}

/** Which server carries the room, and what that server asks for. */
export function ServerFields({ relay, fault, permit }: ServerFieldsProps): JSX.Element {
  return (
    <Stack gap={4}>
      <Field
        label={t.relay}
        hint={t.relayHint}
        value={relay}
        error={fault}
        type="url"
        placeholder="wss://chat.example.org"
        mono
      />
      <Field label={t.permit} hint={t.permitHint} value={permit} mono />
    </Stack>
  );
}
