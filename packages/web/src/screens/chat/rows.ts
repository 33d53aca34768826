import type {
  Decision,
  NamedPerson,
  TimelineAlarm,
  TimelineItem,
  TimelineMessage,
  TimelineProposal,
} from "@conclave/client";
import { equalBytes, toHex } from "@conclave/codec";

type Unreadable = Extract<TimelineItem, { kind: "unreadable" }>["reason"];

/** What was asked and not decided. A decision says itself who asked for it. */
export type ShownProposal = TimelineProposal & { readonly ending: Exclude<TimelineProposal["ending"], "done"> };

/** One line of the list. */
export type ChatRow = RowPlace &
  (
    | {
        readonly kind: "message";
        readonly message: TimelineMessage;
        /** The first of several by one person: has their name. */
        readonly isFirst: boolean;
        readonly isLast: boolean;
      }
    | {
        readonly kind: "decision";
        readonly decision: Decision;
        /** The people who came in after them by the same invite. */
        readonly also: readonly NamedPerson[];
        /** Who had asked the others for it, where that is known and was somebody else. */
        readonly askedBy: NamedPerson | null;
      }
    | { readonly kind: "alarm"; readonly alarm: TimelineAlarm }
    | { readonly kind: "proposal"; readonly proposal: ShownProposal }
    /** Several in a row that cannot be shown for the same reason are one line. */
    | { readonly kind: "unreadable"; readonly reason: Unreadable; readonly count: number }
  );

interface RowPlace {
  readonly key: string;
  readonly n: number;
  /** A new day begins with it: a time of that day. */
  readonly day: number | null;
  /** The line "new messages" is above it. */
  readonly isFirstUnread: boolean;
}

const TOGETHER_MS = 5 * 60_000;
const AT_ONE_TIME_MS = 60 * 60_000;
const DAY_MS = 86_400_000;

/** What a list shows for these items. `firstUnread` is a place of the log. */
export function rowsOf(items: readonly TimelineItem[], firstUnread: number | null, now: number): ChatRow[] {
  const rows: Mutable[] = [];
  const askers = new Map<string, NamedPerson>();
  let dayEnds = Number.NEGATIVE_INFINITY;
  let isMarked = false;
  for (const item of items) {
    // Nothing but the time: the list of decisions has it.
    if (item.kind === "decision" && item.decision.action.type === "tick") continue;
    if (item.kind === "proposal" && !isShown(item.proposal)) {
      askers.set(toHex(item.proposal.actionHash), item.proposal.by);
      continue;
    }
    const last = rows.at(-1);
    if (item.kind === "unreadable" && last?.kind === "unreadable" && last.reason === item.reason) {
      last.count += item.count;
      last.n = item.n;
      continue;
    }
    const time = timeOf(item);
    // Clocks of others may be anywhere: days only go on, and not into the future.
    const isNewDay = time !== null && time < now + DAY_MS && time >= dayEnds;
    if (isNewDay) dayEnds = new Date(time).setHours(24, 0, 0, 0);
    if (
      !isNewDay &&
      item.kind === "decision" &&
      last?.kind === "decision" &&
      isSameDoor(last.decision, item.decision)
    ) {
      last.also = [...last.also, item.decision.by];
      last.n = item.n;
      continue;
    }
    const isFirstUnread: boolean = !isMarked && firstUnread !== null && isUnread(item, firstUnread);
    isMarked ||= isFirstUnread;
    const place = { key: item.key, n: item.n, day: isNewDay ? time : null, isFirstUnread };
    if (item.kind !== "message") {
      rows.push(
        item.kind === "unreadable"
          ? { ...place, kind: "unreadable", reason: item.reason, count: item.count }
          : item.kind === "decision"
            ? { ...item, ...place, also: [], askedBy: askerOf(item.decision, askers) }
            : item.kind === "proposal"
              ? { ...place, kind: "proposal", proposal: item.proposal as ShownProposal }
              : { ...item, ...place },
      );
      continue;
    }
    const goesOn = last?.kind === "message" && !isNewDay && !isFirstUnread && isTogether(last.message, item.message);
    if (goesOn) last.isLast = false;
    rows.push({ ...place, kind: "message", message: item.message, isFirst: !goesOn, isLast: true });
  }
  return rows;
}

type Mutable = ChatRow extends infer R ? { -readonly [K in keyof R]: R[K] } : never;

function timeOf(item: TimelineItem): number | null {
  if (item.kind === "message") return item.message.time;
  if (item.kind === "decision") return item.decision.time;
  if (item.kind === "proposal") return item.proposal.time;
  return item.kind === "alarm" ? item.alarm.time : null;
}

function isUnread(item: TimelineItem, firstUnread: number): boolean {
  return item.kind === "message" && item.n >= firstUnread && !item.message.author.isYou;
}

function isShown(proposal: TimelineProposal): proposal is ShownProposal {
  return proposal.ending !== "done";
}

function askerOf({ actionHash, by }: Decision, askers: ReadonlyMap<string, NamedPerson>): NamedPerson | null {
  const asked = askers.get(toHex(actionHash));
  return asked && !equalBytes(asked.person, by.person) ? asked : null;
}

// Both came in by themselves, by one invite, at one time. A key is named for each who came by one.
function isSameDoor(a: Decision, b: Decision): boolean {
  const [one, other] = [a, b].map(({ action, by, person, right }) =>
    action.type === "add" &&
    person &&
    equalBytes(by.person, person.person) &&
    right.approvedBy.length === 0 &&
    !right.sshKey
      ? right.invite
      : null,
  );
  return !!one && !!other && equalBytes(one.inviteId, other.inviteId) && Math.abs(b.time - a.time) < AT_ONE_TIME_MS;
}

function isTogether(a: TimelineMessage, b: TimelineMessage): boolean {
  return (
    equalBytes(a.author.person, b.author.person) &&
    Math.abs(b.time - a.time) < TOGETHER_MS &&
    a.authorGone === b.authorGone &&
    // Each of an outside party's has its own name above it.
    a.kind !== "via" &&
    b.kind !== "via"
  );
}
