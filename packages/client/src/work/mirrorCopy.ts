import { equalBytes } from "@conclave/codec";
import type { Mirror, MirrorPlace, Room } from "@conclave/protocol";
import { copyEnd, type CopyPart, decodeCopyPart, type RoomTag } from "@conclave/wire";
import { type Answer, GONE } from "../relay/answer.js";
import type { RelayConnection } from "../relay/relayConnection.js";
import type { RoomRelay } from "../relay/roomRelay.js";

/** How long a mirror is waited for (ms): people who read on there wait too. */
const UNTIL_REACHED_MS = 10_000;
/** Parts of a split log that are read at once: as many as a mirror keeps. */
const RIVALS = 8;

/** Why nothing is learnt from a mirror: nobody answers, or what answers is another relay. */
export type MirrorSilence = "unreachable" | "stranger";

/** A room's copy at one of its mirrors, over a connection that stands. Nothing that it gives is checked yet. */
export class MirrorCopy {
  constructor(
    private readonly relay: RelayConnection,
    readonly room: Room,
    readonly place: MirrorPlace,
    private readonly challenge: Uint8Array,
  ) {}

  /** How many parts there are; 0 where there is no copy yet, null where the mirror does not say. */
  length(): Promise<number | null> {
    return this.lengthOf(this.place.copy);
  }

  private async lengthOf(roomTag: RoomTag): Promise<number | null> {
    const page = await this.relay.request<"read">({ type: "read", roomTag, fromN: 1, limit: 0 });
    if (page.type === "error" && GONE.has(page.error)) return 0;
    return page.type === "page" ? page.n : null;
  }

  /** The part that is the copy's record `at`; null where it is deleted, or none. */
  async part(at: number): Promise<CopyPart | null> {
    const [part] = await this.read(this.place.copy, at, 1);
    return part ?? null;
  }

  /**
   * The first part that reaches the place `n` of the room's log, and which record it is; null where none does.
   * Parts are in order, so the one is found by halves: no mirror keeps us searching (attack A83).
   */
  async reaching(n: number, length: number): Promise<{ readonly at: number; readonly part: CopyPart } | null> {
    let found: { at: number; part: CopyPart } | null = null;
    for (let [low, high] = [1, Math.min(length, 2 ** 31)]; low <= high;) {
      const at = Math.floor((low + high) / 2);
      const part = await this.part(at);
      if (part !== null && copyEnd(part) >= n) [found, high] = [{ at, part }, at - 1];
      else low = at + 1;
    }
    return found;
  }

  /** What the mirror keeps that contradicts the copy. */
  async rivals(): Promise<readonly CopyPart[]> {
    // The newest: somebody else may have had a room in that place before.
    const n = await this.lengthOf(this.place.rivals);
    return n === null || n === 0 ? [] : this.read(this.place.rivals, Math.max(1, n - RIVALS + 1), RIVALS);
  }

  /** Brings a part behind, or against, the copy's record `after`. Null where we cannot prove that we are a member. */
  async bring(
    roomTag: RoomTag,
    after: number,
    part: CopyPart,
    permit: Uint8Array,
  ): Promise<Answer<"bringCopy"> | null> {
    const { source } = this.place;
    const proof = this.room.mirrors.proof(this.challenge, roomTag, source, part.receipt.receipt.writeKey);
    return proof && this.relay.request<"bringCopy">({ type: "bringCopy", roomTag, source, after, part, proof, permit });
  }

  private async read(roomTag: RoomTag, fromN: number, limit: number): Promise<readonly CopyPart[]> {
    const page = await this.relay.request<"read">({ type: "read", roomTag, fromN, limit });
    if (page.type !== "page") return [];
    const parts: CopyPart[] = [];
    for (const item of page.items.slice(0, limit)) {
      const decoded = item.pruned ? null : decodeCopyPart(item.payload);
      if (decoded?.ok === true) parts.push(decoded.value);
    }
    return parts;
  }
}

/** Does something with the room's copy at a mirror. */
export async function atMirror<T>(
  room: Room,
  connection: RoomRelay,
  mirror: Mirror,
  work: (copy: MirrorCopy) => Promise<T>,
): Promise<T | MirrorSilence> {
  const relay = connection.find(mirror.relay.address);
  const place = room.mirrors.placeOf(mirror);
  const done = await relay?.use(UNTIL_REACHED_MS, async ({ relayKey, challenge }) => {
    // RULE: client.mirror-key: the log, sealed as it is, is given to the relay that the room decided on, and to no other at its address.
    if (!equalBytes(relayKey, mirror.relay.publicKey)) return "stranger";
    return { value: await work(new MirrorCopy(relay, room, place, challenge)) };
  });
  return typeof done === "object" && done !== null ? done.value : (done ?? "unreachable");
}
