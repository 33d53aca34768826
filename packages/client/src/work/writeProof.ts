import { equalBytes } from "@conclave/codec";
import type { Room } from "@conclave/protocol";
import { writeProofBytes } from "@conclave/wire";
import type { RelayConnection } from "../relay/relayConnection.js";
import type { RoomState } from "./roomState.js";

type WriteKey = ReturnType<Room["writeKey"]>;

/** So many keys of epochs that are over are given too. */
const EARLIER = 4;

/**
 * Proves to the relay that we are a current member, once for each epoch of a connection, and that we were one in the epochs before:
 * so the relay learns that members have followed a newcomer's commit, and takes the newcomer for one of them (docs/protocol.md §6).
 */
export class WriteProof {
  /** Keys of the newest epochs that this process has seen, oldest first. */
  private keys: readonly WriteKey[] = [];
  private provedOn = 0;
  private proved: readonly WriteKey[] = [];

  constructor(
    private readonly state: RoomState,
    private readonly connection: RelayConnection,
  ) {}

  /** Remembers the key of the present epoch, before it is over. */
  note(): void {
    const { room } = this.state;
    if (room === null || !this.isMember || room.epoch === this.keys.at(-1)?.epoch) return;
    this.keys = [...this.keys, room.writeKey()].slice(-EARLIER);
  }

  /** Asks the relay to take the proofs that it has not got: requests after this one may rely on them. */
  give(): void {
    const { welcome, number } = this.connection;
    if (!welcome || !this.isMember) return;
    this.note();
    if (this.provedOn !== number) this.proved = [];
    this.provedOn = number;
    for (const key of this.keys)
      if (!this.proved.some((other) => isSame(other, key))) this.prove(key, welcome.challenge);
  }

  private get isMember(): boolean {
    return this.state.phase.is === "member" && this.state.room?.status === "active";
  }

  private prove(key: WriteKey, challenge: Uint8Array): void {
    const { ports, meta } = this.state;
    const { number } = this.connection;
    const { roomTag } = meta;
    const { epoch, publicKey: writeKey, seed } = key;
    this.proved = [...this.proved, key].slice(-2 * EARLIER);
    const signature = ports.crypto.ed25519Sign(seed, writeProofBytes(challenge, roomTag, epoch));
    void this.connection.request<"prove">({ type: "prove", roomTag, epoch, writeKey, signature }).then((answer) => {
      if (answer.type === "done") return;
      // The relay has forgotten a key of an epoch that is over. That of the present one is given again.
      if (epoch !== this.state.room?.epoch) this.keys = this.keys.filter((other) => !isSame(other, key));
      if (this.provedOn === number) this.proved = this.proved.filter((other) => !isSame(other, key));
    });
  }
}

function isSame(a: WriteKey, b: WriteKey): boolean {
  return a.epoch === b.epoch && equalBytes(a.publicKey, b.publicKey);
}
