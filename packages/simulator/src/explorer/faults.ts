import type { Preset } from "@conclave/protocol";

/** One place of the built code, and what is put there. */
interface Edit {
  /** The built file, by the end of its address. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A fault that can be put into the built protocol, to see that an exploration finds it. */
export interface SeededFault {
  readonly edits: readonly Edit[];
  /** What is broken by it, as the exploration says. */
  readonly breaks: RegExp;
  /** Faults of the relay that it takes to find it. */
  readonly faults: 0 | 1;
  /** A shortest path to what is broken; empty where the room does not even begin. */
  readonly path: string;
  /** The room's policy where it is not an open house. */
  readonly policy?: Preset;
  /** Without the fault the path cannot be gone: something on it is refused. */
  readonly isRefused?: boolean;
}

function one(faults: 0 | 1, path: string, breaks: RegExp, file: string, from: string, to: string): SeededFault {
  return { edits: [{ file: `protocol/dist/${file}`, from, to }], path, breaks, faults };
}

/**
 * Faults by name: for each invariant one that breaks it. None is in the code that people run: they are put in while the
 * program is loaded.
 */
export const SEEDED_FAULTS: Readonly<Record<string, SeededFault>> = {
  // A commit that was given up is forgotten: when the relay brings it into the log, its author stays behind (attack A103).
  "forgets-given-up": one(
    1,
    "A rekey; A is held up; A gives up; relay logs what is held up (A rekey)",
    /read the same log as others and has other keys/,
    "room/ownCommit.js",
    "pending === null ? withdrawn : [pending, ...withdrawn]",
    "pending === null ? [] : [pending]",
  ),
  // A join counts wherever the relay puts it (attack A103).
  "join-anywhere": one(
    1,
    "N joins; N is held up; A rekey; A sends; relay logs what is held up (N join)",
    /read the same log as others and has other keys/,
    "room/receiveJoin.js",
    "join.lastCommit !== null && join.lastCommit !== core.lastCommit",
    "false",
  ),
  // A commit is sent before it is stored: after a crash between the two its author does not know its own commit.
  "sends-before-storing": one(
    0,
    "",
    /something else after a restart/,
    "room/authorCommit.js",
    "delta: joinDeltas(used, stored)",
    "delta: used",
  ),
  // What a role has become is not stored.
  "role-not-stored": one(
    0,
    "",
    /the stored pending entry is refused|after a restart/,
    "room/acceptCommit.js",
    "return joinDeltas(transition.delta, history,",
    'return joinDeltas(transition.entry.action.type === "setRole" ? NO_DELTA : transition.delta, history,',
  ),
  // A farewell that was taken back counts when the relay brings its first ciphertext up again (attack A61).
  "overtaken-counts": one(
    1,
    "B leaves; B is held up; A rekey; A sends; B sends; B stays; B sends; relay logs what is held up (B farewell)",
    /lets B go, who stays/,
    "room/receiveMessage.js",
    "return log.n < core.lastCommit",
    "return false",
  ),
  // A relay that calls a commit deleted is believed (attack A110).
  "commit-pruned": one(
    1,
    "A rekey; A sends, relay deletes it from A",
    /read the same log as others|said to be deleted/,
    "room/withheld.js",
    'item.pruned && item.kind === "commit"',
    "false",
  ),
  // A message that is there is taken for one that is kept back.
  "message-withheld": one(
    0,
    "B leaves",
    /as withheld, and it is there/,
    "room/withheld.js",
    "return item.pruned && item.n >= availableFrom",
    'return item.kind === "message" && item.n >= availableFrom',
  ),
  // Who was removed can come in again by the link though they are banned.
  "ban-forgotten": one(
    0,
    "A ban C",
    /come in by the link who is banned/,
    "roster/actions/add.js",
    "before.former.get(toHex(cert.person))?.banned === true",
    "false",
  ),
  // Who was in the room before finds no way in any more.
  "link-ends-with-a-removal": one(
    0,
    "A remove B",
    /the link is open, and leads nowhere/,
    "roster/actions/add.js",
    "before.former.get(toHex(cert.person))?.banned === true",
    "before.former.size > 0",
  ),
  // Who is removed stays on the roster.
  ghost: {
    edits: [
      { file: "protocol/dist/room/invariant.js", from: "return count === roster.leaves.size", to: "return true" },
      { file: "protocol/dist/roster/removal.js", from: "draft.deleteMember(toHex(person));", to: "" },
    ],
    breaks: /a ghost at/,
    faults: 0,
    path: "",
  },
  // Others than its author do not carry out what a role becomes.
  "roster-of-ones-own": one(
    0,
    "",
    /has the keys of another roster/,
    "room/acceptCommit.js",
    ": moveOn(parts, judgement);",
    ': moveOn(parts, judgement.transition?.entry.action.type === "setRole" ? { ...judgement, roster: parts.roster } : judgement);',
  ),
  // After a link is closed the roster counts from an earlier entry.
  "roster-goes-back": one(
    0,
    "B revoke; B sends",
    /roster goes back/,
    "room/acceptCommit.js",
    "parts.roster = roster;",
    'parts.roster = transition?.entry.action.type === "revokeInvite" ? { ...roster, seq: roster.seq - 2 } : roster;',
  ),
  // A head says nothing of the chain before it.
  "head-without-chain": {
    edits: [
      {
        file: "protocol/dist/roster/evaluate.js",
        from: "const NO_HASH = new",
        to: "const headOf = (before, entry) => (before === null ? entry.hash : entry.policyHash);\nconst NO_HASH = new",
      },
      ...[
        "withHead(drafted, { roomId: before?.roomId ?? RoomId.of(entry.hash), head: entry.hash });\n    return done({ ...effect, roster, delta, entry, approvedBy });\n}\n/** For",
        "withHead(drafted, { roomId: before?.roomId ?? RoomId.of(entry.hash), head: entry.hash });\n    return done({ ...effect, roster, delta, entry, approvedBy });\n}\n/** Why",
      ].map((from) => ({
        file: "protocol/dist/roster/evaluate.js",
        from,
        to: from.replace("head: entry.hash", "head: headOf(before, entry)"),
      })),
    ],
    breaks: /has another chain/,
    faults: 0,
    path: "",
  },
  // A record that is ignored is not counted.
  "ignored-stays": one(
    0,
    "",
    /cursor does not move by one/,
    "room/receive.js",
    "joinDeltas(log.advance(primitives.crypto, hash), release",
    'joinDeltas(reception.kind === "ignored" ? NO_DELTA : log.advance(primitives.crypto, hash), release',
  ),
  "cursor-goes-back": one(
    0,
    "",
    /cursor goes back/,
    "evidence/logMemory.js",
    "const n = this.last.n + 1;",
    "const n = this.last.n - 1;",
  ),
  // The next message is taken for one behind a gap.
  "message-deferred": one(
    0,
    "B leaves",
    /though it is the next record/,
    "room/receive.js",
    "if (item.n > log.place.n + 1)",
    'if (item.n > log.place.n + 1 || item.kind === "message")',
  ),
  // Who is out keeps the keys of the group.
  "keys-kept": one(
    0,
    "",
    /is out and keeps/,
    "room/acceptCommit.js",
    "const applied = groupDelta(parts, parts.group.apply(staged));\n    // Another",
    "const applied = staged.selfRemoved ? NO_DELTA : groupDelta(parts, parts.group.apply(staged));\n    // Another",
  ),
  // Whose decision lost its race is not told.
  "loss-not-told": one(
    0,
    "A remove B",
    /its own decision is gone without a word/,
    "room/acceptCommit.js",
    'return { delta, events: [{ type: "lostRace", action, losses }] };',
    "return { delta, events: [] };",
  ),
  // Who speaks late is blamed for it.
  "late-is-blamed": one(
    1,
    "B leaves; B is held up; A remove C; A sends; relay logs what is held up (B farewell)",
    /and blames/,
    "room/receiveMessage.js",
    "(!late && !sharesOurRoster(parts, decoded.value))",
    "!sharesOurRoster(parts, decoded.value)",
  ),
  // An honest relay is accused.
  "false-alarm": one(
    0,
    "B leaves",
    /at an honest relay/,
    "room/receiveMessage.js",
    "log.n < record.n && parts.log",
    "log.n < record.n - 1 && parts.log",
  ),
  // Who comes in never learns of it.
  "never-joined": one(
    0,
    "",
    /is in the room and has no keys of it|does not get in/,
    "room/receiveJoin.js",
    'parts.core = { ...core, status: "active",',
    'parts.core = { ...core, status: core.leaf[0] === 0 ? "active" : "joining",',
  ),
  // One yes is enough where it takes two.
  "one-is-several": {
    ...one(
      0,
      "A remove B; A sends",
      /1 of 2 have agreed/,
      "roster/tally.js",
      "need: Math.max(1, needOf(rule, voters))",
      "need: 1",
    ),
    policy: "admins:2",
    isRefused: true,
  },
  // A yes counts though the person who gave it has said no since (attack A151).
  "no-not-heard": {
    ...one(
      0,
      "B proposes remove C; B sends; B sends; A agrees to remove C; A sends; A says no to remove C; A sends; B carries out remove C; B sends",
      /1 of 2 have agreed/,
      "room/proposalRecords.js",
      "const approvals = withoutThatOf(crypto, proposal, by);\n        const declinedBy",
      "const { approvals } = proposal;\n        const declinedBy",
    ),
    policy: "admins:2",
    isRefused: true,
  },
  // What was asked for and taken back is carried out all the same (attacks A150, A151).
  "withdrawal-not-heard": {
    ...one(
      0,
      "B proposes remove C; B sends; B sends; A agrees to remove C; A sends; B takes back remove C; B sends; A carries out remove C; A sends",
      /1 of 2 have agreed/,
      "room/receiveMessage.js",
      "const { withdrawn, delta } = proposals.withdraw(primitives.crypto, roster, payload.body, by, message.n);",
      "const { withdrawn, delta } = { withdrawn: null, delta: { put: [], delete: [] } };",
    ),
    policy: "admins:2",
    isRefused: true,
  },
  // A commit that was made before a yes was taken back goes out all the same (attacks A150, A151).
  "taken-back-is-sent": {
    ...one(
      0,
      "B proposes remove C; B sends; B sends; A agrees to remove C; A sends; B carries out remove C; A says no to remove C; A sends; B sends",
      /1 of 2 have agreed/,
      "room/ownCommit.js",
      "return !evidence.approvals.every(",
      "return false && !evidence.approvals.every(",
    ),
    policy: "admins:2",
    isRefused: true,
  },
  // Whoever is a member gives the room a title (attack A2).
  "rule-left-out": one(
    0,
    "C offers a wrong commit",
    /which the rules refuse/,
    "roster/permission.js",
    "if (!mayAuthor)",
    "if (false)",
  ),
  // A change that the rules refuse is laid at nobody's door.
  "author-not-told": one(
    0,
    "C offers a wrong commit",
    /and says of it: REFUSED_CHANGE not_allowed /,
    "room/receiveCommit.js",
    "person: known",
    "person: null",
  ),
  // Whose keys made what their device knows nothing of goes on as before (attack A64).
  "copy-goes-on": one(
    0,
    "C offers a wrong commit",
    /which is its own, and goes on/,
    "evidence/alarm.js",
    '"SHUT_OUT", "RESTORED"]',
    '"SHUT_OUT"]',
  ),
  // An owner cannot remove an admin.
  "admin-stays": one(
    0,
    "",
    /the owner may not remove B/,
    "roster/actions/remove.js",
    "if (isAuthor(change, member))",
    'if (isAuthor(change, member) || member.role === "admin")',
  ),
};
