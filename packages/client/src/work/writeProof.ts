import { writeProofBytes } from "@conclave/wire";
import type { Room, RoomWriteKey } from "@conclave/protocol";
import type { Answer } from "../relay/answer.js";
import type { RelayAccess } from "../relay/relayConnection.js";
import type { RoomState } from "./roomState.js";

/**
 * Proves to the relay that we are a current member, once for each epoch of a connection, and that we were one in the epochs before:
 * so the relay learns that members have followed a newcomer's commit, and takes the newcomer for one of them (docs/protocol.md §6).
 */
export class WriteProof {
  private provedOn = 0;
  private provedFor: Room | null = null;
  /** The last epoch whose key was given on this connection. */
  private given = -1;
  /** Of the keys given on this connection one was not taken, and may be later. */
  private isMissing = false;

  constructor(
    private readonly state: RoomState,
    private readonly connection: RelayAccess,
  ) {}

  /** The relay has forgotten what it knew of us: all keys are given again. */
  forget(): void {
    this.provedOn = 0;
  }

  /** Asks the relay to take the proofs that it has not got: requests after this one may rely on them. */
  give(): void {
    const { welcome, number } = this.connection;
    const { room, phase } = this.state;
    if (!welcome || phase.is !== "member" || room?.status !== "active") return;
    if (this.provedOn !== number || this.provedFor !== room) [this.given, this.isMissing] = [-1, false];
    [this.provedOn, this.provedFor] = [number, room];
    if (this.given === room.epoch) return;
    const keys = room.writeKeys().filter(({ epoch }) => epoch > this.given);
    this.given = room.epoch;
    for (const key of keys) this.prove(key, welcome.challenge);
  }

  /** What the relay says to the key of the room's present epoch; null where there is nothing to prove, or nobody to prove it to. */
  check(): Promise<Answer<"prove">> | null {
    const { welcome } = this.connection;
    const { room } = this.state;
    return welcome && room?.status === "active" ? this.ask(room.writeKey(), welcome.challenge) : null;
  }

  private ask(key: RoomWriteKey, challenge: Uint8Array): Promise<Answer<"prove">> {
    const { ports, meta } = this.state;
    const { roomTag } = meta;
    const { epoch, publicKey: writeKey, seed } = key;
    const signature = ports.crypto.ed25519Sign(seed, writeProofBytes(challenge, roomTag, epoch));
    return this.connection.request<"prove">({ type: "prove", roomTag, epoch, writeKey, signature });
  }

  private prove(key: RoomWriteKey, challenge: Uint8Array): void {
    const { number } = this.connection;
    const { epoch } = key;
    void this.ask(key, challenge).then((answer) => {
      const { room } = this.state;
      if (this.provedOn !== number || this.provedFor !== room) return;
      const isPresent = epoch === room?.epoch;
      if (answer.type === "done") {
        // RULE: client.vouching-lasts: keys are given up once the relay has answered for all of them, and not when the app ends.
        if (isPresent && !this.isMissing) room.noteProved(epoch);
      } else if (isPresent) this.given = Math.min(this.given, epoch - 1);
      // What the relay has forgotten of an epoch that is over is over. What it does not take now is given on the next connection.
      else if (answer.type !== "error" || answer.error !== "write_denied") this.isMissing = true;
    });
  }
}
