import {
  decodeRelayMessage,
  encodeClientMessage,
  inboxProofBytes,
  inboxIdOf,
  slotIdOfToken,
  slotProofBytes,
  writeProofBytes,
  VERSIONS,
  type AppendRequest,
  type ClientFrame,
  type Push,
  type RelayFrame,
  type Request,
  type Response,
  type RelayWelcome,
  type RoomTag,
  type SlotContent,
  type SlotId,
} from "@conclave/wire";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";

const MOST = 64 * 1024 * 1024;

/** A request without its id. */
export type Ask = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

/** An Ed25519 key pair. */
export interface Key {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A new key pair, for a room's writers, a slot's token or an inbox. */
export function newKey(): Key {
  const seed = systemRandom(32);
  return { seed, publicKey: nodeCrypto.ed25519PublicKey(seed) };
}

/** A client at the level of frames, for tests and measurements: it speaks the protocol and decides nothing. */
export class ScriptedClient {
  readonly pushes: Push[] = [];
  welcome: RelayWelcome | null = null;
  private lastId = 0;
  private readonly waiting = new Map<number, (response: Response) => void>();
  private onWelcome: (welcome: RelayWelcome) => void = () => undefined;

  /** `send` transmits one message. */
  constructor(private readonly send: (message: Uint8Array) => void) {}

  /** Call it with each message that arrives. */
  receive(message: Uint8Array): void {
    const decoded = decodeRelayMessage(message, MOST);
    if (!decoded.ok) throw decoded.error;
    for (const frame of decoded.value) this.frame(frame);
  }

  hello(): Promise<RelayWelcome> {
    const welcomed = new Promise<RelayWelcome>((resolve) => (this.onWelcome = resolve));
    this.send(encodeClientMessage([{ type: "hello", versions: VERSIONS }]));
    return welcomed;
  }

  ask(request: Ask): Promise<Response> {
    return this.askAll([request])[0]!;
  }

  /** Several requests in one message. */
  askAll(requests: readonly Ask[]): Promise<Response>[] {
    const frames: Request[] = requests.map((request) => ({ ...request, id: ++this.lastId }));
    const answers = frames.map(({ id }) => new Promise<Response>((resolve) => this.waiting.set(id, resolve)));
    this.send(encodeClientMessage(frames));
    return answers;
  }

  sendFrames(frames: readonly ClientFrame[]): void {
    this.send(encodeClientMessage(frames));
  }

  sendRaw(message: Uint8Array): void {
    this.send(message);
  }

  prove(roomTag: RoomTag, epoch: number, key: Key): Promise<Response> {
    const signature = nodeCrypto.ed25519Sign(key.seed, writeProofBytes(this.challenge, roomTag, epoch));
    return this.ask({ type: "prove", roomTag, epoch, writeKey: key.publicKey, signature });
  }

  proveSlot(roomTag: RoomTag, slotId: SlotId, token: Key): Promise<Response> {
    const signature = nodeCrypto.ed25519Sign(token.seed, slotProofBytes(this.challenge, roomTag, slotId));
    return this.ask({ type: "proveSlot", roomTag, slotId, tokenPub: token.publicKey, signature });
  }

  proveInbox(key: Key): Promise<Response> {
    return this.ask(this.inboxProof(key));
  }

  /** What {@link proveInbox} asks. */
  inboxProof(key: Key): Ask {
    const inboxId = inboxIdOf((data) => nodeCrypto.hash("sha256", data), key.publicKey);
    const signature = nodeCrypto.ed25519Sign(key.seed, inboxProofBytes(this.challenge, inboxId));
    return { type: "proveInbox", inboxPub: key.publicKey, signature };
  }

  get challenge(): Uint8Array {
    return this.welcome!.challenge;
  }

  private frame(frame: RelayFrame): void {
    switch (frame.type) {
      case "welcome":
        this.welcome = frame;
        this.onWelcome(frame);
        return;
      case "records":
      case "lagged":
      case "requestsChanged":
      case "inboxChanged":
      case "goodbye":
        this.pushes.push(frame);
        return;
      default:
        this.waiting.get(frame.id)?.(frame);
        this.waiting.delete(frame.id);
    }
  }
}

/** A slot as it is put, with a token of its own, or with this one. */
export function newSlot(blob = systemRandom(8), tokenPub = newKey().publicKey): SlotContent {
  return { slotId: slotIdOfToken((data) => nodeCrypto.hash("sha256", data), tokenPub), tokenPub, blob };
}

/** An append of a message, to be changed as a test wants. */
export function messageAppend(
  roomTag: RoomTag,
  change: Partial<Omit<AppendRequest, "id">> = {},
): Omit<AppendRequest, "id"> {
  return {
    type: "append",
    roomTag,
    appendId: systemRandom(16),
    kind: "message",
    epoch: 0,
    lastCommit: 0,
    payload: systemRandom(20),
    attachment: new Uint8Array(),
    ground: { by: "member" },
    nextWriteKey: null,
    deliveries: [],
    slots: [],
    ...change,
  };
}

/** An append of a commit, to be changed as a test wants. */
export function commitAppend(
  roomTag: RoomTag,
  next: Key,
  change: Partial<Omit<AppendRequest, "id">> = {},
): Omit<AppendRequest, "id"> {
  return messageAppend(roomTag, { kind: "commit", nextWriteKey: next.publicKey, ...change });
}
