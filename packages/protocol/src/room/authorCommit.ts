import { equalBytes, toHex, done, failed, type Result } from "@conclave/codec";
import type { CreatedCommit, Proposal } from "@conclave/mls";
import { inboxIdOf, recordHash } from "@conclave/wire";
import { joinDeltas } from "../encoding/delta.js";
import type { PersonId } from "../encoding/ids.js";
import { sealAdmission } from "../invite/admission.js";
import type { JoinRequest } from "../invite/joinRequest.js";
import { type Action, actionHash } from "../roster/action.js";
import { NO_EVIDENCE, type Evidence } from "../roster/entryHeader.js";
import { draftEntry, type Transition } from "../roster/evaluate.js";
import { sufficientApprovals } from "../roster/sufficientApprovals.js";
import { refused, type Rejection } from "../policy/rejection.js";
import type { Roster } from "../roster/roster.js";
import { sealEnvelope } from "../transport/envelope.js";
import { rosterKeyCheck, sealRosterRecord } from "../transport/rosterLog.js";
import { bindingOf, bindsTo, roomExtensions } from "./binding.js";
import { holderOf } from "./invariant.js";
import { judge, rejectionOf, type Judgement } from "./judge.js";
import { currentRosterKey, envelopeKeyOf, nextKeyring, wrappedRosterKey, writeSeed } from "./keyring.js";
import type { Append, PendingCommit } from "./outcome.js";
import { beforeCommit, encodePending, epochOf, groupDelta, PENDING, type RoomParts } from "./parts.js";

/** What an own commit is to do: one action of the roster, or nothing but new keys. */
export type CommitRequest = Action | { readonly type: "rekey" };

/** Builds an own commit (docs/protocol.md §5). It takes effect when the log shows it. */
export function authorCommit(
  parts: RoomParts,
  what: CommitRequest,
  { now, request }: { now: number; request: JoinRequest | null },
): Result<PendingCommit, Rejection> {
  const authored = what.type === "rekey" ? null : authorTransition(parts, what, now, request);
  if (authored?.ok === false) return authored;
  const transition = authored?.value ?? null;
  const proposals = proposalsFor(parts, transition, request);
  if (!proposals.ok) return proposals;
  const created = parts.group.commit({
    proposals: proposals.value,
    authenticatedData: transition?.entry.hash ?? new Uint8Array(0),
    now: BigInt(Math.floor(now / 1000)),
  });
  if (!created.ok) return refused("mls", created.error.message);
  const used = groupDelta(parts, created.value.delta);
  const attachment = transition === null ? new Uint8Array(0) : recordOf(parts, transition);
  // Our own commits pass the same door as everybody's, and our entry with them.
  const verdict = judge(beforeCommit(parts), created.value.staged, attachment);
  if (!verdict.ok) return failed(rejectionOf(verdict.error));
  const append = appendOf(parts, created.value, attachment, verdict.value, request);
  if (!append.ok) return append;
  return done(remember(parts, created.value, append.value, verdict.value, used));
}

function authorTransition(
  parts: RoomParts,
  action: Action,
  time: number,
  request: JoinRequest | null,
): Result<Transition, Rejection> {
  const { primitives, core, roster, group, proposals } = parts;
  const approvals = proposals.find(actionHash(primitives.crypto, action, core.person))?.approvals ?? [];
  const evidence: Evidence = {
    ...NO_EVIDENCE,
    approvals: sufficientApprovals(primitives.crypto, roster, action, core.person, approvals),
    proof: request === null || isWithoutLink(roster, action, request.person) ? null : request.inviteProof,
    farewell: action.type === "leave" ? proposals.farewells.of(action.person) : null,
  };
  const place = { epoch: epochOf(parts), transcript: group.view.confirmedTranscriptHash };
  const wrapped = wrappedRosterKey(parts.keys);
  return draftEntry(primitives.crypto, core.leafSeed, roster, {
    action,
    person: core.person,
    time,
    evidence,
    keyCheck: wrapped && rosterKeyCheck(primitives.crypto, wrapped),
    ...place,
  });
}

// No link speaks for a banned person, nor for a steward; those who may add people without one can let them in all the same.
function isWithoutLink(roster: Roster, action: Action, person: PersonId): boolean {
  return roster.former.get(toHex(person))?.banned === true || (action.type === "add" && action.role === "steward");
}

function proposalsFor(
  parts: RoomParts,
  transition: Transition | null,
  request: JoinRequest | null,
): Result<Proposal[], Rejection> {
  const { group } = parts;
  const proposals: Proposal[] = [];
  for (const { leaf } of transition?.added ?? []) {
    // RULE: room.request-fits: the leaf that comes in is the one whose certificate the entry signs (attack A8).
    if (request === null || !equalBytes(request.leaf, leaf))
      return refused("bad_key_package", "no request for this leaf");
    proposals.push({ type: "add", keyPackage: request.keyPackage });
  }
  const gone = new Set((transition?.removed ?? []).map(toHex));
  if (gone.size > 0) {
    for (const { leafIndex, leafNode } of group.view.members())
      if (gone.has(holderOf(leafNode).leaf)) proposals.push({ type: "remove", removed: leafIndex });
  }
  const after = transition?.roster ?? parts.roster;
  const bound = bindingOf(group.view.extensions);
  if (bound === null || !bindsTo(bound, after))
    proposals.push({ type: "group_context_extensions", extensions: roomExtensions(after) });
  return done(proposals);
}

function recordOf({ primitives, roomTag, keys }: RoomParts, { entry }: Transition): Uint8Array {
  const content = { entry: entry.bytes, previousKey: wrappedRosterKey(keys) };
  const place = { seq: entry.seq, before: keys.record };
  return sealRosterRecord(primitives.crypto, roomTag, currentRosterKey(keys), place, content);
}

function appendOf(
  parts: RoomParts,
  { message, staged, welcome }: Pick<CreatedCommit, "message" | "staged" | "welcome">,
  attachment: Uint8Array,
  judgement: Judgement,
  request: JoinRequest | null,
): Result<Append, Rejection> {
  const { primitives, roomTag, keys, core, log } = parts;
  const { crypto, random } = primitives;
  const epoch = epochOf(parts);
  const payload = sealEnvelope(crypto, envelopeKeyOf(keys, epoch)!, { roomTag, epoch }, message);
  const next = staged.next!;
  const append: Append = {
    roomTag,
    appendId: random(16),
    kind: "commit",
    epoch,
    lastCommit: core.lastCommit,
    payload,
    attachment,
    ground: { by: "member" },
    nextWriteKey: crypto.ed25519PublicKey(writeSeed(next)),
    deliveries: [],
    slots: [],
  };
  if (welcome === null) return done(append);
  // Who is welcomed has asked: nobody else is added (RULE room.request-fits).
  const { replyPub, inboxPub } = request!;
  const sha256 = (data: Uint8Array) => crypto.hash("sha256", data);
  const { roster, record } = judgement;
  const after = nextKeyring(keys, next, { record, generation: roster.generation });
  const blob = sealAdmission(primitives, roomTag, replyPub, {
    welcome,
    head: roster.head,
    log: log.place,
    lastCommit: core.lastCommit,
    recordHash: recordHash(sha256, roomTag, append),
    roster: after.roster,
    isRosterKeyUsed: after.isRosterKeyUsed,
    record: after.record,
  });
  if (blob === null) return refused("bad_key_package", "reply key");
  return done({ ...append, deliveries: [{ inboxId: inboxIdOf(sha256, inboxPub), blob }] });
}

function remember(
  parts: RoomParts,
  { staged }: Pick<CreatedCommit, "staged">,
  append: Append,
  judgement: Judgement,
  used: PendingCommit["delta"],
): PendingCommit {
  const { crypto } = parts.primitives;
  const hash = recordHash((data) => crypto.hash("sha256", data), parts.roomTag, append);
  parts.pending = { recordHash: hash, append, judgement, staged, groupDelta: staged.delta };
  const stored = { put: [[PENDING, encodePending(parts.pending)]] as const, delete: [] };
  return { append, delta: joinDeltas(used, stored) };
}
