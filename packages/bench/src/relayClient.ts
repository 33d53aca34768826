import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import {
  decodeRelayMessage,
  encodeClientMessage,
  writeProofBytes,
  VERSIONS,
  type AppendRequest,
  type ClientFrame,
  type RelayFrame,
  RoomTag,
} from "@conclave/wire";
import { RelaySocket } from "./relaySocket.js";

/** A room and the key that may write to it. */
export interface BenchRoom {
  readonly roomTag: RoomTag;
  readonly seed: Uint8Array;
}

/** A scripted client for measurements. */
export class RelayClient {
  onFrame: (frame: RelayFrame) => void = () => undefined;
  relayKey: Uint8Array = new Uint8Array();
  private challenge: Uint8Array = new Uint8Array();
  private waiting: ((frame: RelayFrame) => void) | null = null;

  private constructor(readonly socket: RelaySocket) {
    socket.onMessage = (message) => {
      const decoded = decodeRelayMessage(message, 2 ** 28);
      if (!decoded.ok) throw decoded.error;
      for (const frame of decoded.value) {
        const waiting = this.waiting;
        this.waiting = null;
        if (waiting === null) this.onFrame(frame);
        else waiting(frame);
      }
    };
  }

  static async connect(url: string, localAddress?: string): Promise<RelayClient> {
    const client = new RelayClient(await RelaySocket.open(url, localAddress));
    const welcome = await client.ask({ type: "hello", versions: VERSIONS });
    if (welcome.type !== "welcome") throw new Error("no welcome");
    [client.challenge, client.relayKey] = [welcome.challenge, welcome.relayKey];
    return client;
  }

  /** Sends one frame; resolves with the next that arrives. */
  ask(frame: ClientFrame): Promise<RelayFrame> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.send([frame]);
    });
  }

  send(frames: readonly ClientFrame[]): void {
    this.socket.send(encodeClientMessage(frames));
  }

  async createRoom(): Promise<BenchRoom> {
    const room = { roomTag: RoomTag.of(systemRandom(32)), seed: systemRandom(32) };
    const writeKey = nodeCrypto.ed25519PublicKey(room.seed);
    const [attachment, permit] = [new Uint8Array(), new Uint8Array()];
    expectType(
      await this.ask({ type: "createRoom", id: 1, roomTag: room.roomTag, writeKey, attachment, permit }),
      "created",
    );
    await this.prove(room);
    return room;
  }

  async prove({ roomTag, seed }: BenchRoom): Promise<void> {
    expectType(await this.ask(this.proof(roomTag, 0, seed)), "done");
  }

  /** Proves a write key, as a request. */
  proof(roomTag: RoomTag, epoch: number, seed: Uint8Array): ClientFrame {
    const signature = nodeCrypto.ed25519Sign(seed, writeProofBytes(this.challenge, roomTag, epoch));
    return { type: "prove", id: 1, roomTag, epoch, writeKey: nodeCrypto.ed25519PublicKey(seed), signature };
  }

  async subscribe(room: BenchRoom, fromN: number): Promise<RelayFrame> {
    const answer = await this.ask({ type: "subscribe", id: 1, roomTag: room.roomTag, fromN });
    expectType(answer, "subscribed");
    return answer;
  }
}

/** A message with an envelope of 300 bytes. */
export function envelope(room: BenchRoom, id: number): AppendRequest {
  return {
    type: "append",
    id,
    roomTag: room.roomTag,
    appendId: systemRandom(16),
    kind: "message",
    epoch: 0,
    lastCommit: 0,
    payload: PAYLOAD,
    attachment: EMPTY,
    ground: { by: "member" },
    nextWriteKey: null,
    deliveries: [],
    slots: [],
  };
}

const PAYLOAD = systemRandom(300);
const EMPTY = new Uint8Array();

function expectType(frame: RelayFrame, type: RelayFrame["type"]): void {
  if (frame.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(frame)}`);
}
