import type { RecordChange, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { encodeVia, type MessageId, messageIdOf, MessageNonce, newMessageNonce } from "@conclave/protocol";
import { createHash, randomBytes } from "node:crypto";
import type { Heard } from "./door.js";
import { encodeParty, encodeTaken, type Party, partyKey, takenKey, type TakenPacket } from "./party.js";
import type { RateLimiter } from "./rate.js";

/** How many of a party's packets are recognised when they come again. */
const REMEMBERED = 1024;
/** How many requests of a party can wait. */
const MOST_WAITING = 64;
/** How many messages of a room can wait for its relay: with more, a party is asked to come again later. */
const MOST_PENDING = 10_000;
const BUSY_S = 1;

/** What came of a packet. */
export type Taken =
  /** It is stored, and sent by itself; `isAgain`: that was so already. */
  | { readonly is: "taken"; readonly messageId: MessageId; readonly isAgain: boolean }
  | { readonly is: "refused" }
  /** It is the party's, and no message: no UTF-8, empty, or longer than 32 KiB. */
  | { readonly is: "malformed" }
  | { readonly is: "too_many"; readonly retryAfterS: number }
  /** The room takes no messages of this member now. */
  | { readonly is: "unavailable"; readonly why: string };

/** One party as the running gateway knows it. Its packets are taken one after another. */
export class PartyDesk {
  private readonly known = new Map<string, MessageId>();
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private isRetired = false;

  constructor(
    private current: Party,
    packets: readonly TakenPacket[],
    private readonly rate: RateLimiter,
    private readonly room: () => RoomSession | null,
  ) {
    for (const packet of packets) this.remember(packet);
  }

  get party(): Party {
    return this.current;
  }

  /** Takes what the party said into the room, once. Resolves when that is durable. */
  take(heard: Heard): Promise<Taken> {
    const wait = this.rate.take();
    if (wait > 0) return Promise.resolve({ is: "too_many", retryAfterS: wait });
    if (this.waiting >= MOST_WAITING) return Promise.resolve({ is: "too_many", retryAfterS: BUSY_S });
    this.waiting++;
    const taken = this.last.then(() => this.takeNow(heard));
    this.last = taken
      .catch(() => undefined)
      .finally(() => {
        this.waiting--;
      });
    return taken;
  }

  /** Takes nothing more; resolves when what was being taken is stored. */
  async retire(): Promise<void> {
    this.isRetired = true;
    await this.last;
  }

  private async takeNow({ counter, digest, text }: Heard): Promise<Taken> {
    if (this.isRetired) return { is: "refused" };
    const before = digest && this.known.get(toHex(digest));
    if (before) return { is: "taken", messageId: before, isAgain: true };
    // RULE: gateway.counter-rises: a packet of before is never taken as a new one (attack A133).
    if (counter !== null && counter <= this.current.counter) return { is: "refused" };
    if (text === null) return { is: "malformed" };
    const room = this.room();
    if (!room) return { is: "unavailable", why: "no_room" };
    if (room.status().pending >= MOST_PENDING) return { is: "unavailable", why: "relay_away" };
    const { id, label, taken } = this.current;
    const next: Party = { ...this.current, counter: counter ?? this.current.counter, taken: taken + 1 };
    const you = room.members().find(({ isYou }) => isYou);
    if (!you) return { is: "unavailable", why: "not_member" };
    const nonce = digest ? nonceOf(id, digest) : newMessageNonce(randomBytes);
    const messageId = messageIdOf(nodeCrypto, you.person, nonce);
    // RULE: gateway.one-transaction: the counter and the message are stored together, so that no crash takes a packet twice
    // or forgets one that was answered for (attack A133).
    const records: RecordChange[] = [
      { key: partyKey(id), value: encodeParty(next) },
      ...(digest ? [{ key: takenKey(id, next.taken), value: encodeTaken({ digest, messageId }) }] : []),
      ...(next.taken > REMEMBERED ? [{ key: takenKey(id, next.taken - REMEMBERED), value: null }] : []),
    ];
    const posted = await room.post({
      nonce,
      kind: "via",
      body: encodeVia({ party: id, label, text }),
      records,
    });
    if (!posted.ok) {
      const { error: problem } = posted;
      return { is: "unavailable", why: problem.kind === "refused" ? problem.rejection.code : problem.kind };
    }
    this.current = next;
    if (digest) this.remember({ digest, messageId });
    return { is: "taken", messageId, isAgain: false };
  }

  private remember({ digest, messageId }: TakenPacket): void {
    this.known.set(toHex(digest), messageId);
    const [oldest] = this.known.keys();
    if (this.known.size > REMEMBERED && oldest !== undefined) this.known.delete(oldest);
  }
}

/** The same packet becomes the same message: if it comes again after it was forgotten here, the room still knows it. */
function nonceOf(party: Uint8Array, digest: Uint8Array): MessageNonce {
  const hash = createHash("sha256").update("conclave/gateway/id/v1").update(party).update(digest).digest();
  return MessageNonce.of(hash.subarray(0, 16));
}
