import type { TimelineMessage } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { signal } from "@preact/signals";

/** The messages of one conversation that a person has selected, oldest first; null while nothing is being selected. */
export class Selection {
  readonly chosen = signal<readonly TimelineMessage[] | null>(null);

  get isOn(): boolean {
    return this.chosen.value !== null;
  }

  has({ id }: TimelineMessage): boolean {
    const key = toHex(id);
    return this.chosen.value?.some((each) => toHex(each.id) === key) ?? false;
  }

  /** Selects it, or no longer. The first one begins; taking the last one away does not end it. */
  toggle(message: TimelineMessage): void {
    const key = toHex(message.id);
    const before = this.chosen.value ?? [];
    const rest = before.filter((each) => toHex(each.id) !== key);
    this.chosen.value = rest.length < before.length ? rest : [...rest, message].sort((a, b) => a.n - b.n);
  }

  stop(): void {
    this.chosen.value = null;
  }
}
