import type { RelayConnection } from "../relay/relayConnection.js";
import { Patience } from "./patience.js";
import { keepNoted } from "./receiving.js";
import type { RoomState } from "./roomState.js";
import type { Problem } from "../view/problem.js";

/** Opens a room that was founded here at the relay. The request may be repeated: the same content is the same room. */
export class FoundingRoom {
  /** Why the relay does not take it. */
  problem: Problem | null = null;
  private busy = false;
  private readonly patience: Patience;

  constructor(
    private readonly state: RoomState,
    private readonly connection: RelayConnection,
    private readonly changed: () => void,
  ) {
    this.patience = new Patience(state.ports, changed);
  }

  offline(): void {
    this.patience.stop();
  }

  advance(): void {
    const { standing, creation } = this.state.meta;
    if (standing !== "founding" || !creation || this.busy || this.patience.isWaiting || !this.connection.welcome)
      return;
    this.busy = true;
    void this.connection.request<"createRoom">({ type: "createRoom", ...creation }).then(async (answer) => {
      if (answer.type === "created") {
        this.problem = null;
        await this.state.turn((turn) => {
          this.state.setMeta(turn, { standing: "member", creation: null });
          const noted = this.state.room?.noteHead(answer.receipt);
          if (noted) keepNoted(this.state, turn, noted);
        });
      } else if (answer.type === "error") {
        this.problem = { kind: "relay", error: answer.error, retryAfter: answer.retryAfter };
        this.patience.later(answer.retryAfter);
      }
      this.busy = false;
      this.changed();
    });
  }
}
