import type { RelaySettings } from "../settings.js";

/** After how long without a question nobody is there. */
const AWAY_MS = 60 * 60 * 1000;
/** How soon after something was given up it is not waited for again. */
const AGAIN_MS = 10 * 60 * 1000;
/** Of how many rooms it is known when something was given up in them. */
const MOST_KNOWN = 10_000;

/** Which rooms have waited long enough for what this relay has signed and nobody brings. In memory: after a restart the day begins again. */
export class GivingUp {
  /** By the room's key: since when members are there, and nobody brings anything of what the room lacks; and when one last asked. */
  private readonly lacking = new Map<string, { readonly since: number; readonly asked: number }>();
  /** When what a room lacks was given up last, by its key. */
  private readonly last = new Map<string, number>();

  constructor(private readonly times: RelaySettings["recovery"]) {}

  /**
   * Whether what is missing has been waited for long enough. `isMember`: who asks has proved a key of the members.
   *
   * RULE: recovery.owed-ends: records that nobody brings stop a room for a day and not for ever: who holds a head that this relay signed
   * may have kept the records for themselves, or lost them. Who shows it again after that has a moment to bring them, and not again
   * soon: else it would be a day, and another one (attacks A83, A162).
   *
   * RULE: recovery.members-ask: only a member who asks shows that those are there who could bring it: everybody who knows the tag asks,
   * and a former member who asked for a day would end the wait while all members are asleep (attack A162).
   */
  isDue(room: string, isMember: boolean, now: number): boolean {
    if (!isMember) return false;
    const { settle, owed } = this.times;
    const since = this.lacking.get(room)?.since ?? now;
    this.lacking.set(room, { since, asked: now });
    if (now - since < (this.last.has(room) ? settle : owed)) return false;
    this.lacking.delete(room);
    this.last.delete(room);
    this.last.set(room, now);
    if (this.last.size > MOST_KNOWN) this.last.delete(this.last.keys().next().value!);
    return true;
  }

  /** Whether something was given up in the room a moment ago. */
  isLately(room: string, now: number): boolean {
    return now - (this.last.get(room) ?? -Infinity) < AGAIN_MS;
  }

  /** Somebody has brought something. */
  brought(room: string): void {
    this.lacking.delete(room);
  }

  /** Forgets what no longer counts: while nobody is there, nobody can bring anything. */
  sweep(now: number): void {
    for (const [key, { asked }] of this.lacking) if (now - asked >= AWAY_MS) this.lacking.delete(key);
  }
}
