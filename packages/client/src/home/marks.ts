import { choice, encode, stored, struct, toHex, u53 } from "@conclave/codec";
import type { PersonId } from "@conclave/protocol";
import { MARKS_PREFIX } from "../store/homeKey.js";
import type { ClientPorts } from "../api/client.js";
import type { CheckedBy, PersonCheck, Marks } from "../api/person.js";

// Numbers are stored: never change one.
const layout = struct<PersonCheck>({ how: choice<CheckedBy>({ words: 0, qr: 1, digits: 2 }), time: u53 });

/**
 * Whom the person of this home has checked.
 *
 * RULE: client.mark-by-key: a mark is on an identity key, never on a name, which anybody can take (attack A77).
 */
export class HomeMarks implements Marks {
  private readonly marks = new Map<string, PersonCheck>();

  constructor(
    private readonly ports: Pick<ClientPorts, "storage" | "clock">,
    private readonly changed: () => void,
  ) {}

  /** Reads what is stored, before anything is asked. */
  async load(): Promise<void> {
    for (const { key, value } of await this.ports.storage.range({ prefix: MARKS_PREFIX })) {
      this.marks.set(key.slice(MARKS_PREFIX.length), stored("mark", value, layout));
    }
  }

  markOf(person: PersonId): PersonCheck | null {
    return this.marks.get(toHex(person)) ?? null;
  }

  async mark(person: PersonId, how: CheckedBy): Promise<void> {
    const mark: PersonCheck = { how, time: this.ports.clock.now() };
    await this.ports.storage.commit([{ put: keyOf(person), value: encode(mark, layout.write) }]);
    this.marks.set(toHex(person), mark);
    this.changed();
  }

  async unmark(person: PersonId): Promise<void> {
    await this.ports.storage.commit([{ delete: keyOf(person) }]);
    this.marks.delete(toHex(person));
    this.changed();
  }
}

function keyOf(person: PersonId): string {
  return MARKS_PREFIX + toHex(person);
}
