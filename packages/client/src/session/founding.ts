import type { RelayConnection } from "../relay/relayConnection.js";
import { RetryTimer } from "./retryTimer.js";
import { keepNoted } from "./receiving.js";
import type { RoomState } from "./roomState.js";
import type { Problem } from "../view/problem.js";

/** Opens a room that was founded here at the relay. The request may be repeated: the same content is the same room. */
export class FoundingRoom {
  /** Why the relay does not take it. */
  problem: Problem | null = null;
  private busy = false;
  private readonly retry: RetryTimer;

  constructor(
    private readonly state: RoomState,
    private readonly connection: RelayConnection,
    private readonly changed: () => void,
  ) {
    this.retry = new RetryTimer(state.ports, changed);
  }

  offline(): void {
    this.retry.stop();
  }

  advance(): void {
    const { standing, creation } = this.state.meta;
    if (standing !== "founding" || !creation || this.busy || this.retry.isWaiting || !this.connection.welcome) return;
    this.busy = true;
    void this.connection.request<"createRoom">({ type: "createRoom", ...creation }).then(async (answer) => {
      if (answer.type === "created") {
        this.problem = null;
        await this.state.transact((tx) => {
          this.state.setMeta(tx, { standing: "member", creation: null });
          const noted = this.state.room?.noteHead(answer.receipt);
          if (noted) keepNoted(this.state, tx, noted);
        });
      } else if (answer.type === "error") {
        this.problem = { kind: "relay", error: answer.error, retryAfter: answer.retryAfter };
        this.retry.later(answer.retryAfter);
      }
      this.busy = false;
      this.changed();
    });
  }
}
