import { fraction, Patience } from "./patience.js";
import { HEARTBEAT } from "./silentKind.js";
import type { RoomState } from "./roomState.js";
import type { Sender } from "./sender.js";

const OFTEN = 60_000;
const SELDOM = 10 * 60_000;

/**
 * While an owner or admin is there, lets the others know that the list of members is as they see it (docs/protocol.md §8).
 * Often while people talk, seldom while the room is silent; not at all where somebody else just did.
 */
export class Heartbeat {
  private readonly patience: Patience;

  constructor(
    private readonly state: RoomState,
    private readonly sender: Sender,
  ) {
    this.patience = new Patience(state.ports, () => {
      void this.beat();
    });
  }

  stop(): void {
    this.patience.stop();
  }

  advance(): void {
    if (this.patience.isWaiting || !this.sender.isOpen || !this.state.freshness.isSelf()) return;
    this.patience.in(this.pause() * (1 + fraction(this.state.ports) / 4));
  }

  private pause(): number {
    return this.state.now() - this.state.spokenAt < SELDOM ? OFTEN : SELDOM;
  }

  private async beat(): Promise<void> {
    const { room, freshness, ports } = this.state;
    const isAlone = (room?.roster.members.size ?? 0) < 2;
    const isRecent = this.state.now() - freshness.time < this.pause() / 2;
    if (this.sender.isOpen && !isAlone && !isRecent && this.state.outbox.size === 0) {
      const content = { id: ports.random(16), kind: HEARTBEAT, ref: null, body: new Uint8Array(0) };
      await this.state.turn((turn) => {
        this.sender.add(turn, content, this.state.now());
      });
      this.sender.advance();
    }
    this.advance();
  }
}
