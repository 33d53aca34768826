import { toHex } from "@conclave/codec";
import { computed, signal } from "@preact/signals";
import { recallText, remember } from "../../app/preference.js";
import { home, self } from "../../model/home.js";

const KEY = "conclave.recovery";
const DAY_MS = 24 * 60 * 60 * 1000;

interface Kept {
  /** The beginning of the person's key: another person in this browser is reminded too. */
  readonly person: string;
  /** Not to be reminded before. */
  readonly quietUntil: number;
}

const kept = signal<Kept | null>(parse(recallText(KEY)));

const own = computed<Kept | null>(() => {
  const me = person();
  return me !== null && kept.value?.person === me ? kept.value : null;
});

/** The person of this home has the words on paper: rooms that they own are made to take them back by them. */
export const isWrittenDown = computed(() => self.value?.wantsReturn === true);

/** Whether a quiet reminder is due. */
export function isReminderDue(now: number): boolean {
  if (person() === null || isWrittenDown.value) return false;
  return now >= (own.value?.quietUntil ?? 0);
}

/** The words are on paper. Resolves when the home has kept that. */
export async function keepWritten(): Promise<void> {
  const { home: calls } = home();
  await calls.wantReturn();
  self.value = await calls.self();
}

/** Not now: the reminder comes back after a day. */
export function remindLater(): void {
  put({ quietUntil: Date.now() + DAY_MS });
}

function put(change: Omit<Kept, "person">): void {
  const me = person();
  if (me === null) return;
  kept.value = { person: me, ...change };
  remember(KEY, JSON.stringify(kept.value));
}

function person(): string | null {
  return self.value ? toHex(self.value.person.subarray(0, 6)) : null;
}

function parse(text: string): Kept | null {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== "object" || found === null) return null;
    const { person: who, quietUntil } = found as Record<string, unknown>;
    if (typeof who !== "string" || typeof quietUntil !== "number") return null;
    return { person: who, quietUntil };
  } catch {
    return null;
  }
}
