import type { Crypto } from "@conclave/crypto";
import { Group } from "@conclave/mls";
import {
  type Append,
  type Entry,
  LeafKey,
  memberOfLeaf,
  NO_EVIDENCE,
  type Provider,
  roomTagOf,
  sealEnvelope,
  sealRosterRecord,
} from "@conclave/protocol";
import {
  authorOf,
  changedBy,
  currentRosterKey,
  decodeCore,
  decodeKeyring,
  envelopeKeyOf,
  roomEngine,
  roomExtensions,
  RosterDraft,
  rosterKeyCheck,
  signEntry,
  wrappedRosterKey,
  writeSeed,
} from "@conclave/protocol/testing";
import { NOW } from "./operation.js";
import type { Seat } from "./seat.js";

const TITLE = { type: "setTitle", title: "Mine" } as const;

/** Whether the rules refuse this device another title: its person is a plain member. */
export function mayOfferWrong({ look, stored }: Seat): boolean {
  return (
    look.status === "active" && memberOfLeaf(look.roster, decodeCore(stored.get("s/core")).leaf)?.role === "member"
  );
}

/**
 * A commit by which a plain member gives the room another title. A program makes it that asks no rule, with all the keys that the
 * device has stored; but for the one rule everything about it holds, down to the hash of the roster that it would lead to.
 */
export function wrongCommit(primitives: Provider, { stored, look: { roster, epoch, lastCommit } }: Seat): Append {
  const { crypto, random } = primitives;
  const keys = decodeKeyring(stored.get("s/keys"));
  const group = Group.load(roomEngine(primitives), groupRecords(stored));
  const wrapped = wrappedRosterKey(keys);
  const entry = wrongEntry(crypto, { stored, roster, epoch, transcript: group.view.confirmedTranscriptHash });
  const { stateHash } = entry;
  const created = group.commit({
    proposals: [
      {
        type: "group_context_extensions",
        extensions: roomExtensions({ ...roster, seq: entry.seq, head: entry.hash, stateHash }),
      },
    ],
    authenticatedData: entry.hash,
  });
  if (!created.ok) throw created.error;
  const { message, staged } = created.value;
  const roomTag = roomTagOf(crypto, roster.roomId);
  const place = { seq: entry.seq, before: keys.record };
  const content = { entry: entry.bytes, previousKey: wrapped };
  return {
    ...{ roomTag, appendId: random(16), kind: "commit", epoch, lastCommit },
    payload: sealEnvelope(crypto, envelopeKeyOf(keys, epoch)!, { roomTag, epoch }, message),
    attachment: sealRosterRecord(crypto, roomTag, currentRosterKey(keys), place, content),
    ground: { by: "member" },
    nextWriteKey: crypto.ed25519PublicKey(writeSeed(staged.next!)),
    ...{ deliveries: [], slots: [] },
  };
}

interface Standing {
  readonly stored: Seat["stored"];
  readonly roster: Seat["look"]["roster"];
  readonly epoch: number;
  readonly transcript: Uint8Array;
}

function wrongEntry(crypto: Crypto, { stored, roster, epoch, transcript }: Standing): Entry {
  const { leafSeed, person, leaf } = decodeCore(stored.get("s/core"));
  const wrapped = wrappedRosterKey(decodeKeyring(stored.get("s/keys")));
  const content = {
    ...{
      roomId: roster.roomId,
      seq: roster.seq + 1,
      prev: roster.head,
      epoch,
      transcript,
      policyHash: roster.policyHash,
    },
    ...{ action: TITLE, author: { person, leaf: LeafKey.of(leaf) }, time: NOW, evidence: NO_EVIDENCE },
    keyCheck: wrapped && rosterKeyCheck(crypto, wrapped),
  };
  // What it would change, no matter who may.
  const changed = changedBy(crypto, roster, content, authorOf(roster, content), null, (each) => new RosterDraft(each));
  if (!changed.ok) throw new Error(changed.error.code);
  return signEntry(crypto, leafSeed, { ...content, stateHash: changed.value.drafted.state.stateHash });
}

function groupRecords(stored: Seat["stored"]): (readonly [string, Uint8Array])[] {
  return [...stored].flatMap(([key, value]) => (key.startsWith("g/") ? [[key.slice(2), value] as const] : []));
}
