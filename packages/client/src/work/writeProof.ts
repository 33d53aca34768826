import { toHex } from "@conclave/codec";
import { writeProofBytes } from "@conclave/wire";
import type { RelayConnection } from "../relay/relayConnection.js";
import type { RoomState } from "./roomState.js";

/** Proves to the relay that we are a current member, once for each epoch of a connection (docs/protocol.md §6). */
export class WriteProof {
  private proved = "";

  constructor(
    private readonly state: RoomState,
    private readonly connection: RelayConnection,
  ) {}

  /** Asks the relay to take the proof, if it has not got it: requests after this one may rely on it. */
  give(): void {
    const { room, ports } = this.state;
    const { welcome, number } = this.connection;
    if (!room || !welcome || room.status !== "active") return;
    const { epoch, publicKey, seed } = room.writeKey();
    const proof = `${String(number)} ${String(epoch)} ${toHex(publicKey)}`;
    if (this.proved === proof) return;
    this.proved = proof;
    const signature = ports.crypto.ed25519Sign(seed, writeProofBytes(welcome.challenge, room.tag, epoch));
    void this.connection
      .request<"prove">({ type: "prove", roomTag: room.tag, epoch, writeKey: publicKey, signature })
      .then((answer) => {
        if (answer.type !== "done" && this.proved === proof) this.proved = "";
      });
  }
}
