import { encode, toHex } from "@conclave/codec";
import { MARKS_PREFIX } from "../store/homeKey.js";
import { stored } from "../store/stored.js";
import type { ClientPorts } from "../api/client.js";
import type { CheckedBy, Mark, Marks } from "../api/person.js";

// Numbers are stored: never change one.
const WAYS: readonly CheckedBy[] = ["words", "qr", "digits"];

/**
 * Whom the person of this home has checked.
 *
 * RULE: client.mark-by-key: a mark is on an identity key, never on a name, which anybody can take (attack A77).
 */
export class HomeMarks implements Marks {
  private readonly marks = new Map<string, Mark>();

  constructor(
    private readonly ports: Pick<ClientPorts, "storage" | "clock">,
    private readonly changed: () => void,
  ) {}

  /** Reads what is stored, before anything is asked. */
  async load(): Promise<void> {
    for (const { key, value } of await this.ports.storage.range({ prefix: MARKS_PREFIX })) {
      this.marks.set(key.slice(MARKS_PREFIX.length), decodeMark(value));
    }
  }

  markOf(person: Uint8Array): Mark | null {
    return this.marks.get(toHex(person)) ?? null;
  }

  async mark(person: Uint8Array, how: CheckedBy): Promise<void> {
    const mark: Mark = { how, time: this.ports.clock.now() };
    await this.ports.storage.commit([{ put: keyOf(person), value: encodeMark(mark) }]);
    this.marks.set(toHex(person), mark);
    this.changed();
  }

  async unmark(person: Uint8Array): Promise<void> {
    await this.ports.storage.commit([{ delete: keyOf(person) }]);
    this.marks.delete(toHex(person));
    this.changed();
  }
}

function keyOf(person: Uint8Array): string {
  return MARKS_PREFIX + toHex(person);
}

function encodeMark(mark: Mark): Uint8Array {
  return encode(mark, (w, { how, time }) => w.u8(WAYS.indexOf(how)).u53(time));
}

function decodeMark(bytes: Uint8Array): Mark {
  return stored(bytes, "mark", (r) => {
    const how = WAYS[r.u8()];
    if (how === undefined) throw new Error("the stored mark record is damaged");
    return { how, time: r.u53() };
  });
}
