import { equalBytes, toHex } from "@conclave/codec";
import type { Staged, StagedApplication } from "@conclave/mls";
import type { LogRecord } from "@conclave/wire";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import { type PersonId, LeafKey } from "../encoding/ids.js";
import { type Alarm, alarm } from "../evidence/alarm.js";
import { checkedHolder } from "../identity/leafCert.js";
import { messageIdOf, ProtocolKind, type Message } from "../message/message.js";
import { decodePayload, type Payload, PayloadFlag } from "../message/payload.js";
import type { SignedView } from "../message/signedView.js";
import type { Delta } from "../encoding/provider.js";
import { decodeAction, ruleOf } from "../roster/action.js";
import { openEnvelope } from "../transport/envelope.js";
import { confirmMembers, showsWhereOthersAre } from "./acceptCommit.js";
import { noteApp } from "./apps.js";
import { envelopeKeyOf } from "./keyring.js";
import { objectionToProposal } from "./proposals.js";
import type { RoomEvent } from "./outcome.js";
import { epochOf, groupDelta, ownKey, type RoomParts } from "./parts.js";
import { accepted, ignored, type Reception, rejected } from "./reception.js";

/** Takes in a message record (docs/protocol.md §9). */
export function receiveMessage(parts: RoomParts, record: LogRecord, hash: Uint8Array): Reception {
  // RULE: room.message-bare: a message has no attachment. Nobody signs for one: with it the relay could make a record that
  // others take for the message and its author does not know.
  if (record.attachment.length > 0)
    return rejected({ code: "malformed", detail: "attachment" }, { code: "JUNK", bytes: record.payload });
  const own = receiveOwn(parts, record.n, hash);
  if (own !== null) return own;
  if (parts.core.status === "joining") return ignored("before_join");
  const key = envelopeKeyOf(parts.keys, record.epoch);
  if (key === null && record.epoch < epochOf(parts)) return ignored("epoch_gone");
  const context = { roomTag: parts.roomTag, epoch: record.epoch };
  const bytes = key === null ? null : openEnvelope(parts.primitives.crypto, key, context, record.payload);
  if (bytes === null)
    return rejected({ code: "malformed", detail: "envelope" }, { code: "JUNK", bytes: record.payload });

  const staged = parts.group.stage(bytes);
  if (!staged.ok) {
    const { code, message: detail } = staged.error;
    // RULE: room.once: a message counts once: its key is gone (attack A24).
    if (code === "generation_consumed") return ignored("replayed");
    // RULE: room.restored: a signature of our own leaf that we do not remember: this device is a copy (attack A64).
    return rejected({ code: "mls", detail }, { code: code === "own_message" ? "RESTORED" : "BAD_MESSAGE", bytes });
  }
  // RULE: room.message-is-application: no commit and no proposal comes by way of a message, whatever it says (attack A95).
  // No member signs the kind of a record, nor its envelope: anything that passes it on could have changed either, so nobody is named.
  if (staged.value.kind !== "application") {
    const rejection = { code: "forbidden_proposal", detail: `${staged.value.kind} in a message record` } as const;
    return rejected(rejection, { code: "ALTERED", bytes });
  }
  // RULE: room.message-epoch: envelope and message are of one epoch, or attribution could be shifted (attack A59).
  if (Number(staged.value.epoch) !== record.epoch) {
    return rejected({ code: "wrong_epoch" }, { code: "ALTERED", bytes });
  }
  return read(parts, record, staged.value, personOf(staged.value)!);
}

/** An own message is in the log: recognised by the hash of its record, as nobody can decrypt their own. */
export function receiveOwn(parts: RoomParts, n: number, hash: Uint8Array): Reception | null {
  const id = parts.own.get(toHex(hash));
  if (id === undefined) return null;
  parts.own.delete(toHex(hash));
  return accepted({ put: [], delete: [ownKey(hash)] }, [{ type: "sent", id, n }]);
}

function read(parts: RoomParts, record: LogRecord, staged: StagedApplication, author: PersonId): Reception {
  const used = groupDelta(parts, parts.group.apply(staged));
  const decoded = decodePayload(staged.data);
  // RULE: message.newer-ignored: what a newer app says in a form of its own is passed over: it is nobody's fault.
  if (!decoded.ok && decoded.error === "version") return ignored("newer", null, used);
  const late = record.epoch < epochOf(parts);
  if (!decoded.ok || (!late && !sharesOurRoster(parts, decoded.value))) {
    return ignored("invalid", alarm("BAD_MESSAGE", { person: author }), used);
  }
  const payload = decoded.value;
  const { unopened } = parts.core;
  // Its author has seen the commit that we could not open, and is where we are: they did not follow it either.
  const hasSeenIt = unopened !== null && !late && payload.log.n >= unopened.n;
  if (hasSeenIt && showsWhereOthersAre(parts, LeafKey.of(staged.leafNode.signatureKey)))
    parts.core = { ...parts.core, unopened: null };
  const raised = compareLogs(parts, record, payload, author);
  const { delta, events } = interpret(parts, payload, messageOf(parts, record, staged, payload, author, late));
  const known = late ? NO_DELTA : noteApp(parts, LeafKey.of(staged.leafNode.signatureKey), payload.knows);
  const confirmed = late
    ? []
    : confirmMembers(parts, { by: author, leaf: LeafKey.of(staged.leafNode.signatureKey) }, payload.time);
  const signs = late || raised ? [] : [{ type: "sign", sign: signOf(parts, payload, staged, author) } as const];
  return accepted(joinDeltas(used, delta, known), [...signs, ...confirmed, ...events], raised);
}

// RULE: freshness.own-log: only who names a place of our own log says when they signed: after the record there, whose bytes nobody
// knew before it was made (attack A121).
function signOf({ log }: RoomParts, payload: Payload, { leafNode }: StagedApplication, person: PersonId): SignedView {
  const isOurs = log.agrees(payload.log) === true;
  const isIdle = (payload.flags & PayloadFlag.idle) !== 0;
  const leaf = LeafKey.of(leafNode.signatureKey);
  return { person, leaf, isIdle, seen: isOurs ? payload.log.n : null, time: payload.time };
}

// RULE: room.attributed: who wrote a message is whose leaf signed it, by the tree of its epoch; no field of the message says
// otherwise (attacks A59, A71).
function messageOf(
  parts: RoomParts,
  record: LogRecord,
  staged: StagedApplication,
  { nonce, kind, ref, body, time }: Payload,
  author: PersonId,
  late: boolean,
): Message {
  const member = parts.roster.members.get(toHex(author));
  const holder =
    staged.leafNode.credential.type === "basic" ? checkedHolder(staged.leafNode.credential.identity) : null;
  const who = { author, leaf: LeafKey.of(staged.leafNode.signatureKey), name: holder?.name ?? "" };
  return {
    id: messageIdOf(parts.primitives.crypto, author, nonce),
    kind,
    ref,
    body,
    time,
    ...who,
    n: record.n,
    epoch: record.epoch,
    late,
    authorGone: member === undefined,
  };
}

// RULE: room.same-roster: in one epoch all members have one roster; who claims another one does not hold (principle P3).
function sharesOurRoster({ roster }: RoomParts, payload: Payload): boolean {
  return payload.roster.seq === roster.seq && equalBytes(payload.roster.head, roster.head);
}

// RULE: room.gossip: a member who saw another log than ours before this message tells on the relay (attack A21).
function compareLogs(parts: RoomParts, record: LogRecord, { log }: Payload, person: PersonId): Alarm | null {
  const isPossible = log.n < record.n && parts.log.agrees(log) !== false;
  return isPossible ? null : alarm("FORK", { person, evidence: `${log.n} ${toHex(log.head)}` });
}

/** What a message does in the room beside being shown. */
function interpret(parts: RoomParts, payload: Payload, message: Message): { delta: Delta; events: RoomEvent[] } {
  const { proposals, roster, primitives } = parts;
  const nothing = { delta: { put: [], delete: [] }, events: [] };
  switch (payload.kind) {
    case ProtocolKind.proposal: {
      const action = decodeAction(payload.body, roster.version);
      if (action === null || message.authorGone || ruleOf(action).isOwnAffair) return nothing;
      if (isOvertaken(parts, payload)) return nothing;
      // RULE: proposals.possible: what its author could not carry out if everybody agreed is no proposal: it takes no room, and
      // nobody is shown it (attack A117).
      if (objectionToProposal(parts, action, message.author) !== null) return nothing;
      const { hash, delta, displaced } = proposals.propose(
        primitives.crypto,
        roster,
        action,
        message.author,
        message.n,
      );
      return { delta, events: [{ type: "proposal", actionHash: hash, action, message, displaced }] };
    }
    case ProtocolKind.approval: {
      if (isOvertaken(parts, payload)) return nothing;
      const given = { author: message.author, seen: payload.log.n };
      const { approved, delta } = proposals.approve(primitives.crypto, roster, payload.body, given);
      return { delta, events: approved ? [{ type: "approval", actionHash: approved.hash, by: approved.by }] : [] };
    }
    case ProtocolKind.decline: {
      const by = message.author;
      const { declined, delta } = proposals.decline(primitives.crypto, roster, payload.body, by, message.n);
      return { delta, events: declined ? [{ type: "decline", actionHash: declined.hash, by }] : [] };
    }
    case ProtocolKind.withdrawal: {
      const by = message.author;
      const { withdrawn, delta } = proposals.withdraw(primitives.crypto, roster, payload.body, by, message.n);
      return { delta, events: withdrawn ? [{ type: "withdrawal", actionHash: withdrawn.hash, by }] : [] };
    }
    case ProtocolKind.farewell: {
      // RULE: proposals.own-farewell: a farewell comes from whom it is of: one that was taken back is brought up again by
      // nobody else (docs/protocol.md §10).
      if (isOvertaken(parts, payload)) return nothing;
      const farewell = proposals.farewells.take(primitives.crypto, roster, payload.body, message.author);
      if (farewell === null) return nothing;
      return { delta: farewell.delta, events: [{ type: "farewell", person: farewell.person }] };
    }
    case ProtocolKind.stay: {
      const delta = proposals.farewells.stay(message.author);
      return delta === null ? nothing : { delta, events: [{ type: "stayed", person: message.author }] };
    }
    default:
      return { ...nothing, events: [{ type: "message", message }] };
  }
}

// RULE: proposals.not-overtaken: what was encrypted before a commit that comes before it in the log was refused by the relay, and
// its author has said it again: an honest relay takes no such thing. So a wish that was taken back meanwhile is not brought up
// again by a relay that kept the first ciphertext. What takes a wish back counts all the same (attack A61).
function isOvertaken({ core }: RoomParts, { log }: Payload): boolean {
  return log.n < core.lastCommit;
}

function personOf(staged: Staged): PersonId | null {
  if (staged.kind === "proposal") return null;
  const { credential } = staged.kind === "commit" ? staged.senderLeaf : staged.leafNode;
  return credential.type === "basic" ? (checkedHolder(credential.identity)?.person ?? null) : null;
}
