/** A clock that has jumped by more than this is not believed at once (ms). */
const JUMP_MS = 60 * 60 * 1000;
/** How long it must have stayed there (ms). */
const MUST_LAST_MS = 5 * 60 * 1000;

/**
 * The machine's clock, next to a clock that is never set. Everything else in the relay uses the second one, so that setting the
 * machine's clock freezes no rate and no timeout.
 *
 * RULE: relay.clock-jump: a clock that jumps by more than an hour neither prunes nor signs until it has stayed so: what is
 * deleted does not come back, and a signed time never falls again.
 */
export class WallClock {
  private given: number | null = null;
  private offset: number | null = null;
  private jumped: { readonly offset: number; readonly since: number } | null = null;

  constructor(
    /** The machine's clock, ms since 1970, at a time of the other clock. */
    private readonly read: (now: number) => number,
    /** Told of each jump: by how many ms. */
    private readonly onJump: (by: number) => void,
  ) {}

  /** From now on it stands still at the time of the store that several relays share; null: it goes on. */
  use(time: number | null): void {
    this.given = time;
  }

  /** Ms since 1970 at this time of the clock that is never set. */
  at(now: number): number {
    if (this.given !== null) return this.given;
    const offset = this.read(now) - now;
    this.offset ??= offset;
    if (Math.abs(offset - this.offset) <= JUMP_MS) {
      this.offset = offset;
      this.jumped = null;
    } else {
      if (this.jumped === null || Math.abs(offset - this.jumped.offset) > JUMP_MS) {
        this.jumped = { offset, since: now };
        this.onJump(offset - this.offset);
      }
      if (now - this.jumped.since >= MUST_LAST_MS) {
        this.offset = offset;
        this.jumped = null;
      }
    }
    return Math.round(now + this.offset);
  }
}
