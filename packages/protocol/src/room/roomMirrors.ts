import { equalBytes } from "@conclave/codec";
import {
  copyHeads,
  copyProofBytes,
  copyTag,
  headReceiptBytes,
  rivalTag,
  type CopyPart,
  type CopySource,
  type RoomTag,
  type Sha256,
} from "@conclave/wire";
import type { ActionOf } from "../roster/action.js";
import type { Mirror } from "../roster/mirror.js";
import type { RelayIdentity } from "../roster/relayIdentity.js";
import { writeKeysOf } from "./keyring.js";
import type { RoomParts } from "./parts.js";
import { pauseFor } from "./pause.js";
import { joinDeltas } from "../encoding/delta.js";
import type { NotedReceipt } from "./relayWatch.js";

/** Where a mirror keeps the room's copy, and what contradicts it. */
export interface MirrorPlace {
  readonly source: CopySource;
  readonly copy: RoomTag;
  readonly rivals: RoomTag;
}

/** What a part of a copy says, held against our log. */
export interface ReadPart {
  /**
   * How it stands to our log: it `agrees` where both know a place, it is `other` where both know one and differ, `apart` where they
   * know none in common.
   */
  readonly stands: "agrees" | "other" | "apart";
  /** What to store, and the alarm to show. */
  readonly noted: NotedReceipt;
}

/** The room's mirrors (docs/protocol.md §6, Mirrors): what is brought to them, and what they show. */
export class RoomMirrors {
  constructor(private readonly parts: RoomParts) {}

  /** The mirrors that the roster names. */
  get all(): readonly Mirror[] {
    return this.parts.roster.mirrors;
  }

  /** A relay as a mirror with a new copy. */
  at(relay: RelayIdentity): Mirror {
    return { relay, copyId: this.parts.primitives.random(32) };
  }

  /** The action by which this is a mirror too, in place of what the relay kept before. */
  with(mirror: Mirror): ActionOf<"setMirrors"> {
    const others = this.all.filter(({ relay }) => !equalBytes(relay.publicKey, mirror.relay.publicKey));
    return { type: "setMirrors", mirrors: [...others, mirror] };
  }

  /** The action by which the relay with this key is no longer a mirror. */
  without(publicKey: Uint8Array): ActionOf<"setMirrors"> {
    return { type: "setMirrors", mirrors: this.all.filter(({ relay }) => !equalBytes(relay.publicKey, publicKey)) };
  }

  /** Where the copy is at a mirror. */
  placeOf({ copyId }: Mirror): MirrorPlace {
    const { roomTag, roster } = this.parts;
    const source = { roomTag, relayKey: roster.relay.publicKey, copyId };
    return { source, copy: copyTag(this.sha256, source), rivals: rivalTag(this.sha256, source) };
  }

  /**
   * The proof to a mirror, over its connection's challenge, that we are a member by the write key that a receipt names; null where we
   * do not have that key (any more).
   */
  proof(challenge: Uint8Array, tag: RoomTag, source: CopySource, writeKey: Uint8Array): Uint8Array | null {
    const { primitives, keys } = this.parts;
    const key = writeKeysOf(primitives.crypto, keys).find(({ publicKey }) => equalBytes(publicKey, writeKey));
    return key === undefined ? null : primitives.crypto.ed25519Sign(key.seed, copyProofBytes(challenge, tag, source));
  }

  /**
   * Looks at a part that a mirror shows: null where the room's relay did not sign it, which is no word of the relay's. Else the receipt
   * counts as if the relay had sent it: store `noted`, and show its alarm. Take in no record of a part that does not agree.
   *
   * RULE: mirror.no-word: what the room's relay has not signed is nobody's word: it raises no alarm against the relay, and nothing of
   * it is taken in (attack A140).
   */
  read(part: CopyPart): ReadPart | null {
    const { primitives, roomTag, roster, log, watch } = this.parts;
    const { crypto } = primitives;
    const relayKey = roster.relay.publicKey;
    const { receipt, signature } = part.receipt;
    const heads = copyHeads(this.sha256, roomTag, part);
    if (heads === null || !crypto.ed25519Verify(relayKey, headReceiptBytes(receipt), signature)) return null;
    const known = heads.flatMap((head, at) => {
      const own = log.headAt(part.fromN - 1 + at);
      return own === null ? [] : [equalBytes(own, head)];
    });
    const stands = known.length === 0 ? "apart" : known.includes(false) ? "other" : "agrees";
    const noted = watch.notePart(crypto, relayKey, log, part, heads, stands === "other");
    return { stands, noted: { ...noted, delta: joinDeltas(noted.delta, pauseFor(this.parts, noted.alarm)) } };
  }

  private get sha256(): Sha256 {
    return (data) => this.parts.primitives.crypto.hash("sha256", data);
  }
}
