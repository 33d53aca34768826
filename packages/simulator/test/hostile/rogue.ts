import type { Connection } from "@conclave/client";
import { inviteKeys, type InviteLink } from "@conclave/protocol";
import {
  type AppendRequest,
  decodeRelayMessage,
  encodeClientMessage,
  type RelayFrame,
  type Request,
  type RoomTag,
  slotProofBytes,
  VERSIONS,
  writeProofBytes,
} from "@conclave/wire";
import { RELAY_URL, type World } from "../../src/index.js";

/** A request without its number. */
type Ask<R extends Request = Request> = R extends Request ? Omit<R, "id"> : never;

/** Somebody's own program at the relay: it sends what it likes, and has only the keys that it has. */
export class Rogue {
  /** What the relay refused, and how often. */
  readonly refusals = new Map<string, number>();
  private connection: Connection | null = null;
  private challenge: Uint8Array | null = null;
  private asked = 0;
  private readonly waiting = new Map<number, (answer: RelayFrame | null) => void>();

  constructor(
    private readonly world: World,
    private readonly name: string,
    readonly roomTag: RoomTag,
  ) {}

  /** Sends a request. Null where the connection is gone. */
  async ask(frame: Ask): Promise<RelayFrame | null> {
    if (this.challenge === null) await this.connect();
    const id = ++this.asked;
    const answer = await new Promise<RelayFrame | null>((resolve) => {
      this.waiting.set(id, resolve);
      this.connection!.send(encodeClientMessage([{ ...frame, id }]));
    });
    if (answer?.type === "error") this.refusals.set(answer.error, (this.refusals.get(answer.error) ?? 0) + 1);
    return answer;
  }

  /** Shows the relay a write key. */
  async prove(epoch: number, seed: Uint8Array): Promise<void> {
    const { crypto } = this.world;
    if (this.challenge === null) await this.connect();
    const signature = crypto.ed25519Sign(seed, writeProofBytes(this.challenge!, this.roomTag, epoch));
    const writeKey = crypto.ed25519PublicKey(seed);
    await this.ask({ type: "prove", roomTag: this.roomTag, epoch, writeKey, signature });
  }

  /** Shows the relay a link. */
  async proveLink(link: InviteLink): Promise<void> {
    const { crypto } = this.world;
    if (this.challenge === null) await this.connect();
    const { roomTag } = this;
    const { slotId, tokenSeed, tokenPub } = inviteKeys(crypto, link.roomId, link.secret);
    const signature = crypto.ed25519Sign(tokenSeed, slotProofBytes(this.challenge!, roomTag, slotId));
    await this.ask({ type: "proveSlot", roomTag, slotId, tokenPub, signature });
  }

  /** Appends to the log as it is now. */
  append(
    made: Pick<AppendRequest, "kind" | "payload" | "ground"> & Partial<AppendRequest>,
  ): Promise<RelayFrame | null> {
    const { dice, relay } = this.world;
    const { epoch, lastCommit } = relay.main.store.rooms.get(this.roomTag)!;
    const nextWriteKey = made.kind === "commit" ? dice.random(32) : null;
    const { roomTag } = this;
    const rest = { attachment: new Uint8Array(0), nextWriteKey, deliveries: [], slots: [], epoch, lastCommit };
    return this.ask({ type: "append", roomTag, appendId: dice.random(16), ...rest, ...made });
  }

  close(): void {
    this.connection?.close();
    this.end();
  }

  private connect(): Promise<void> {
    return new Promise((resolve) => {
      this.connection = this.world.network.transport(this.name).connect(RELAY_URL, {
        opened: () => {
          this.connection!.send(encodeClientMessage([{ type: "hello", versions: [...VERSIONS] }]));
        },
        frame: (bytes) => {
          const decoded = decodeRelayMessage(bytes, 64 * 1024 * 1024);
          for (const frame of decoded.ok ? decoded.value : []) {
            if (frame.type === "welcome") {
              this.challenge = frame.challenge;
              resolve();
            } else if ("id" in frame) {
              this.waiting.get(frame.id)?.(frame);
              this.waiting.delete(frame.id);
            }
          }
        },
        closed: () => {
          this.end();
          resolve();
        },
      });
    });
  }

  private end(): void {
    [this.connection, this.challenge] = [null, null];
    for (const resolve of this.waiting.values()) resolve(null);
    this.waiting.clear();
  }
}
