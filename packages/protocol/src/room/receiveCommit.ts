import type { MlsError, MlsErrorCode } from "@conclave/mls";
import type { LogRecord } from "@conclave/wire";
import { LeafKey, type PersonId } from "../encoding/ids.js";
import { memberOfLeaf } from "../roster/roster.js";
import { openEnvelope } from "../transport/envelope.js";
import { acceptCommit, acceptOwn } from "./acceptCommit.js";
import { holderOf } from "./invariant.js";
import { judge } from "./judge.js";
import { currentRosterKey, envelopeKeyOf } from "./keyring.js";
import { beforeCommit, epochOf, type RoomParts } from "./parts.js";
import { ownCommit } from "./ownCommit.js";
import { receiveJoin } from "./receiveJoin.js";
import { accepted, ignored, type Reception, rejected } from "./reception.js";

/** Takes in a commit record (docs/protocol.md §5). Nothing changes unless it is accepted. */
export function receiveCommit(parts: RoomParts, record: LogRecord, hash: Uint8Array): Reception {
  const { core } = parts;
  if (core.status === "joining") return receiveJoin(parts, record, hash);
  const own = ownCommit(parts, hash);
  if (own !== null) {
    const { delta, events } = acceptOwn(parts, own);
    return accepted(delta, events);
  }
  // RULE: room.current-epoch: a commit counts in its own epoch only; what is over is not looked at (attack A26).
  if (record.epoch !== epochOf(parts)) return ignored(null);
  const { crypto } = parts.primitives;
  const context = { roomTag: parts.roomTag, epoch: record.epoch };
  const message = openEnvelope(crypto, envelopeKeyOf(parts.keys, record.epoch)!, context, record.payload);
  // RULE: room.junk-is-cheap: what does not open costs one decryption, and changes nothing (attack A85).
  if (message === null)
    return rejected({ code: "malformed", detail: "envelope" }, { code: "JUNK", bytes: record.payload });

  const staged = parts.group.stage(message);
  if (!staged.ok) {
    const { code, message: detail } = staged.error;
    // RULE: room.restored: a signature of our own leaf that we do not remember: this device is a copy (attack A64).
    if (code === "own_message") return rejected({ code: "mls", detail }, { code: "RESTORED", bytes: message });
    const person = signerOf(parts, staged.error);
    if (isUnopened(staged.error)) noteUnopened(parts, record, person);
    return rejected({ code: "mls", detail }, { code: "REFUSED_CHANGE", person, bytes: message });
  }
  // RULE: room.commit-is-commit: each kind of record holds its own kind of message (attack A95). No member signs the kind.
  if (staged.value.kind !== "commit") {
    const detail = `${staged.value.kind} in a commit record`;
    return rejected({ code: "forbidden_proposal", detail }, { code: "ALTERED", bytes: message });
  }
  const verdict = judge(beforeCommit(parts), staged.value, record.attachment);
  if (!verdict.ok) {
    const { error } = verdict;
    if ("upgraded" in error && error.upgraded) return { kind: "upgraded", upgraded: error.upgraded };
    // RULE: room.blame-signed: nobody is named for bytes that nobody signed: anything that passes a record on could have put
    // them there, so the server is asked about them and no member (attack A145).
    if ("altered" in error) return rejected(error.altered, { code: "ALTERED", bytes: record.attachment });
    const person = parts.roster.leaves.get(holderOf(staged.value.senderLeaf).leaf);
    const known = person === undefined ? null : parts.roster.members.get(person)!.person;
    return rejected(error, { code: "REFUSED_CHANGE", person: known, bytes: message });
  }
  const { delta, events } = acceptCommit(parts, verdict.value, staged.value);
  return accepted(delta, events);
}

/** What a commit's keys fail by at one member and not at another: what was sealed to them, and what follows from it. */
const PRIVATE: ReadonlySet<MlsErrorCode> = new Set(["undecryptable", "bad_path", "bad_confirmation_tag"]);

// RULE: room.unopened: a commit that we refuse for something that others cannot see may have been followed by them: we note it, and
// ask (attack A107).
function isUnopened({ code, committer }: MlsError): boolean {
  return committer !== null && PRIVATE.has(code);
}

function noteUnopened(parts: RoomParts, { n, epoch }: LogRecord, by: PersonId | null): void {
  const { core, roster, keys } = parts;
  // The first one counts: what comes after it may be on a branch on which its author alone is with us.
  const first = core.unopened ?? {
    ...{ epoch, by, floor: { seq: roster.seq, head: roster.head }, rosterKey: currentRosterKey(keys) },
  };
  parts.core = { ...core, unopened: { ...first, n, by: first.by ?? by } };
}

// RULE: room.blame-signed: nobody signs a confirmation tag: every member could have put a wrong one there (attack A145).
function signerOf({ group, roster }: RoomParts, { code, committer }: MlsError): PersonId | null {
  const leafNode = committer === null || committer.leafIndex === null ? null : group.view.leaf(committer.leafIndex);
  if (leafNode === null || code === "bad_confirmation_tag") return null;
  return memberOfLeaf(roster, LeafKey.of(leafNode.signatureKey))?.person ?? null;
}
