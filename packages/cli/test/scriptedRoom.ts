import type {
  Decision,
  NamedPerson,
  Right,
  RoomMember,
  RoomSession,
  RoomStatus,
  TimelineItem,
  TimelineMessage,
} from "@conclave/client";
import { fromHex, toHex, utf8Bytes } from "@conclave/codec";
import { ActionHash, MessageId, PersonId, RoomId } from "@conclave/protocol";

const person = (byte: string, name: string, isYou: boolean): NamedPerson => ({
  ...{ person: PersonId.of(fromHex(byte.repeat(32))), name, tag: byte + byte, isYou, checked: null },
});

/** People for screens: made up, with fixed ids. */
export const ALICE = person("a1", "Alice", true);
export const BOB = person("b0", "Bob", false);
export const CAROL = person("c4", "Carol Ćwiklińska-Brzęczyszczykiewicz", false);
export const NOON = new Date(2026, 10, 24, 12, 0).getTime();

type Line<Kind> = Extract<TimelineItem, { kind: Kind }>;

let counter = 0;
export function message(
  author: NamedPerson,
  text: string,
  minutes: number,
  changes: Partial<TimelineMessage> = {},
): Line<"message"> {
  counter++;
  const id = MessageId.of(fromHex(counter.toString(16).padStart(32, "0")));
  return {
    kind: "message",
    key: `m${toHex(id)}`,
    n: counter,
    message: {
      id,
      n: counter,
      time: NOON + minutes * 60_000,
      author,
      kind: "text",
      ref: null,
      body: utf8Bytes(text),
      state: "sent",
      late: false,
      authorGone: false,
      edited: null,
      deleted: null,
      reactions: [],
      answers: null,
      mentionsYou: false,
      namesRoom: false,
      ...changes,
    },
  };
}

/** Something that somebody decided about somebody, as admin or by an invite. */
export function decision(
  by: NamedPerson,
  about: NamedPerson,
  action: Decision["action"],
  right: Partial<Right>,
  minutes: number,
): Line<"decision"> {
  counter++;
  return {
    kind: "decision",
    key: `d${counter}`,
    n: counter,
    decision: {
      seq: counter,
      n: counter,
      time: NOON + minutes * 60_000,
      action,
      actionHash: ActionHash.of(new Uint8Array(32)),
      by,
      person: about,
      right: { role: null, approvedBy: [], invite: null, sshKey: null, isFarewell: false, ...right },
      revokedInvites: [],
      claim: null,
    },
  };
}

export function member(who: NamedPerson, role: RoomMember["role"], changes: Partial<RoomMember> = {}): RoomMember {
  return {
    ...who,
    role,
    devices: 1,
    since: NOON,
    joinedSeq: 0,
    admission: { how: "founded" },
    isLookalike: false,
    isUnheard: false,
    heard: null,
    ...changes,
  };
}

export const STATUS: RoomStatus = {
  standing: "member",
  isLeaving: false,
  ending: null,
  connection: "live",
  isConfirmed: true,
  freshness: { state: "fresh", by: ALICE, others: 0, time: NOON, until: null, isAnswer: false, clock: null },
  epoch: 7,
  seq: 4,
  n: 30,
  pending: 0,
  unread: 0,
  mentions: 0,
  isMuted: false,
  listMarks: { isPinned: false, isUnread: false, archivedAt: null },
  isRecovering: false,
  mirror: null,
  firstUnread: null,
  requests: 0,
  asked: 0,
  open: null,
  paused: null,
  comingBack: null,
  roomAhead: 0,
  clockAhead: 0,
  providers: null,
  fileLimit: null,
  alarms: [],
};

/** What a room session would show, for tests of screens alone: nothing in it encrypts or decides anything. */
export function scriptedRoom(members: readonly RoomMember[]) {
  const removed: string[] = [];
  const room: Partial<RoomSession> = {
    id: RoomId.of(new Uint8Array(32)),
    title: "Garden club",
    relay: "http://127.0.0.1:4430",
    status: () => STATUS,
    members: () => members,
    decide: (action) => {
      if (action.type !== "remove") throw new Error("the script does not say");
      const found = members.find((each) => toHex(each.person) === toHex(action.person));
      removed.push(found?.name ?? "");
      return Promise.resolve({ ok: true, value: { done: true, seq: 1 } });
    },
  };
  // What the script leaves out throws where it is called.
  return { room: room as RoomSession, removed };
}
