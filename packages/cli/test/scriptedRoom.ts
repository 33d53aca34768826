import type { Member, Person } from "../src/model/person.js";
import type { RoomEvent, RoomSession } from "../src/model/session.js";
import type { RoomStatus } from "../src/model/room.js";
import type { Message, TimelineItem } from "../src/model/timeline.js";

/** People for screens: made up, with fixed ids. */
export const ALICE: Person = { id: "a1".repeat(32), name: "Alice", tag: "a1a1", isYou: true };
export const BOB: Person = { id: "b0".repeat(32), name: "Bob", tag: "b0b0", isYou: false };
export const CAROL: Person = {
  id: "c4".repeat(32),
  name: "Carol Ćwiklińska-Brzęczyszczykiewicz",
  tag: "c4c4",
  isYou: false,
};
export const NOON = new Date(2026, 10, 24, 12, 0).getTime();

let counter = 0;
export function message(author: Person, text: string, minutes: number, changes: Partial<Message> = {}): TimelineItem {
  counter++;
  const time = NOON + minutes * 60_000;
  return {
    kind: "message",
    message: {
      id: `m${counter}`,
      n: counter,
      time,
      author,
      kind: "text",
      text,
      state: "sent",
      isEdited: false,
      deletedBy: null,
      isLate: false,
      isAuthorGone: false,
      note: null,
      answers: null,
      reactions: [],
      mentionsYou: false,
      file: null,
      via: null,
      ...changes,
    },
  };
}

export function decision(
  author: Person,
  subject: Person,
  summary: string,
  right: string,
  minutes: number,
): TimelineItem {
  counter++;
  return {
    kind: "decision",
    decision: {
      seq: counter,
      time: NOON + minutes * 60_000,
      action: "add",
      author,
      subject,
      summary,
      right: { role: null, approvedBy: [], invite: null, isFarewell: false, text: right },
      closedInvites: [],
    },
  };
}

export function member(person: Person, role: string, changes: Partial<Member> = {}): Member {
  return {
    ...person,
    role,
    devices: 1,
    since: NOON,
    admission: { how: "founded", by: null, approvedBy: [], invite: null, text: "founded the room" },
    isLookalike: false,
    checked: null,
    ...changes,
  };
}

export const STATUS: RoomStatus = {
  connection: "live",
  freshness: { state: "fresh", by: ALICE, time: NOON },
  epoch: 7,
  seq: 4,
  n: 30,
  pending: 0,
  requests: 0,
  isLeaving: false,
  ending: null,
  returning: null,
  paused: null,
  roomAhead: 0,
  alarms: [],
};

/** What a room session would show, for tests of screens alone: nothing in it encrypts or decides anything. */
export function scriptedRoom(
  items: readonly TimelineItem[],
  members: readonly Member[],
  status: Partial<RoomStatus> = {},
) {
  const listeners = new Set<(event: RoomEvent) => void>();
  const emit = (event: RoomEvent) => {
    for (const listener of listeners) listener(event);
  };
  const sent: string[] = [];
  const removed: string[] = [];
  const refuse = () => Promise.reject(new Error("the script does not say"));
  const refuseNow = () => {
    throw new Error("the script does not say");
  };
  const room: RoomSession = {
    summary: () => ({
      id: "f".repeat(64),
      title: "Garden club",
      relay: "http://127.0.0.1:4430",
      standing: "member",
      ended: null,
      isConfirmed: true,
      isSealed: false,
      role: "owner",
      people: members.length,
    }),
    status: () => ({ ...STATUS, ...status }),
    members: () => members,
    decisions: () => items.flatMap((item) => (item.kind === "decision" ? [item.decision] : [])),
    timeline: (limit) => Promise.resolve(items.slice(-limit)),
    fingerprints: (person) => ({
      person: person ?? members[0]!,
      words: Array<string>(12).fill("word"),
      digits: "1".repeat(60),
      roomCode: "12345",
      peopleCode: "67890",
    }),
    policy: refuseNow,
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (text) => {
      sent.push(text);
      const item = message(members[0]!, text, 30 + sent.length, { state: "pending" });
      emit(item);
      setTimeout(() => {
        if (item.kind === "message") emit({ kind: "message", message: { ...item.message, state: "sent" } });
      }, 400);
      return Promise.resolve((item as { message: Message }).message);
    },
    sendFile: refuse,
    files: () => Promise.resolve([]),
    saveFile: refuse,
    flushed: () => Promise.resolve(),
    invite: refuse,
    invitations: () => [],
    revoke: refuse,
    requests: () => Promise.resolve([]),
    admit: refuse,
    decline: refuse,
    proposals: () => [],
    decided: () => null,
    approve: refuse,
    declineProposal: refuse,
    withdraw: refuse,
    remove: (person) => {
      removed.push(person.name);
      return Promise.resolve({ done: true });
    },
    leave: refuse,
    setRole: refuse,
    setPolicy: refuse,
    resume: refuse,
  };
  return { room, emit, sent, removed };
}
