import { keepNoted } from "./receiving.js";
import type { Problem } from "../api/problem.js";
import type { Creation } from "../store/phase.js";
import { type Job, Worker } from "./worker.js";

/** Opens a room that was founded here at the relay. The request may be repeated: the same content is the same room. */
export class FoundingRoom extends Worker {
  private refused: Problem | null = null;

  /** What the relay said last; null while it has refused nothing. It is asked again, so nothing has ended. */
  get refusal(): Problem | null {
    return this.refused;
  }

  protected next(): Job | null {
    const { phase } = this.state;
    return phase.is === "founding" ? () => this.create(phase.creation) : null;
  }

  private async create(creation: Creation): Promise<void> {
    const answer = await this.connection.request<"createRoom">({ type: "createRoom", ...creation });
    if (answer.type === "created") {
      this.refused = null;
      await this.state.transact((tx) => {
        this.state.enter(tx, { is: "member" });
        const noted = this.state.room?.receipts.noteHead(answer.receipt);
        if (noted) keepNoted(this.state, tx, noted);
      });
    } else if (answer.type === "error") {
      this.refused = { kind: "relay", error: answer.error, retryAfter: answer.retryAfter };
      this.retry.later(answer.retryAfter);
    }
  }
}
