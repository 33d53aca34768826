import { equalBytes, toHex } from "@conclave/codec";
import type { PersonId } from "@conclave/protocol";

/** Who said so of somebody. */
interface Claimants {
  own: number;
  readonly others: Set<string>;
}

/** Whose changes devices could not follow, as they claim when they come back (docs/decisions/0019). */
export class Claims {
  private readonly known = new Map<string, Claimants>();

  /** `self`: the person who looks at them. */
  constructor(private readonly self: PersonId) {}

  /**
   * Takes in a claim by one person about another. Tells whether there are two by now that count.
   *
   * RULE: client.claims-counted: nobody else's word counts twice, however often they come back, and with however many leaves: a liar
   * alone has nobody offered for removal. What our own devices could not follow we know ourselves (attack A107).
   */
  take(by: PersonId, about: PersonId): boolean {
    const claimants = this.known.get(toHex(about)) ?? { own: 0, others: new Set() };
    this.known.set(toHex(about), claimants);
    if (equalBytes(by, this.self)) claimants.own++;
    else claimants.others.add(toHex(by));
    return claimants.own + claimants.others.size > 1;
  }

  /** Somebody is let in: what was said of them before is settled. */
  settle(about: PersonId): void {
    this.known.delete(toHex(about));
  }

  clear(): void {
    this.known.clear();
  }
}
