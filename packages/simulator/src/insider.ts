import type { RelayCore, RoomRow } from "@conclave/relay";
import {
  decodeRelayMessage,
  encodeClientMessage,
  VERSIONS,
  type AppendRequest,
  type Request,
  type SlotId,
} from "@conclave/wire";
import type { Dice } from "./dice.js";

/** What a relay's operator puts into a log. What is left out is as the room's present state suggests. */
export type Injection = Pick<AppendRequest, "kind" | "payload"> &
  Partial<Pick<AppendRequest, "epoch" | "attachment" | "nextWriteKey" | "deliveries" | "slots">> & {
    /** Append as the holder of this invite does; else as a member does. */
    readonly slotId?: SlotId;
  };

const CONNECTION = -1;
const MOST = 64 * 1024 * 1024;

/**
 * The relay operator's own connection to its core. Its proofs are accepted because the operator's program accepts one signature
 * for any bytes.
 */
export class Insider {
  /** Accepted for every key and all bytes. */
  readonly signature: Uint8Array;

  constructor(private readonly dice: Dice) {
    this.signature = dice.random(64);
  }

  /** Appends without any right to. Returns the record's number. */
  inject(
    core: RelayCore,
    room: Readonly<RoomRow>,
    injection: Injection,
    slot: { readonly slotId: SlotId; readonly tokenPub: Uint8Array } | undefined,
    now: number,
  ): number {
    const roomTag = room.tag;
    const { kind, payload, epoch = room.epoch, attachment = new Uint8Array() } = injection;
    const key = room.writeKeys.findLast((each) => each.live)!;
    core.open(CONNECTION, "insider", now);
    const send = (frame: Request) => core.receive(CONNECTION, encodeClientMessage([frame]), now);
    core.receive(CONNECTION, encodeClientMessage([{ type: "hello", versions: VERSIONS }]), now);
    const { signature } = this;
    if (slot === undefined) send({ type: "prove", id: 1, roomTag, epoch: key.epoch, writeKey: key.key, signature });
    else send({ type: "proveSlot", id: 1, roomTag, ...slot, signature });
    send({
      type: "append",
      id: 2,
      roomTag,
      appendId: this.dice.random(16),
      kind,
      epoch,
      lastCommit: room.lastCommit,
      payload,
      attachment,
      ground: slot === undefined ? { by: "member" } : { by: "slot", slotId: slot.slotId },
      nextWriteKey: kind === "commit" ? (injection.nextWriteKey ?? this.dice.random(32)) : null,
      deliveries: injection.deliveries ?? [],
      slots: injection.slots ?? [],
    });
    core.close(CONNECTION);
    return room.n + 1;
  }

  /** Whether these bytes were for the insider. */
  takes(connection: number, bytes: Uint8Array): boolean {
    if (connection !== CONNECTION) return false;
    const decoded = decodeRelayMessage(bytes, MOST);
    // What the core says to its operator is only looked at for refusals: those are mistakes of the test.
    for (const frame of decoded.ok ? decoded.value : []) {
      if (frame.type === "error") throw new Error(`the insider was refused: ${frame.error}`);
    }
    return true;
  }
}
