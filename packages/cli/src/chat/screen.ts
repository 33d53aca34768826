import type { RoomMember, RoomStatus } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { adviceFor } from "../session/alarmAdvice.js";
import type { LabelOf, OfferOf } from "../session/decisionView.js";
import { freshnessLine } from "../session/freshnessLine.js";
import { pauseSentence } from "../session/pauseSentence.js";
import { shownName } from "../session/personView.js";
import { alarmSentence } from "../session/timelineView.js";
import { fit, truncate, wrap } from "../terminal/displayWidth.js";
import { safeName, safeText } from "../terminal/safeText.js";
import { composerLines, type ComposerState } from "./composer.js";
import { fitRow, nameStyle, part, rowWidth, spread, type TerminalRow } from "./row.js";
import { timelineRows, type ShownItem } from "./timelineRows.js";

/** Everything that the chat screen shows. */
export interface ScreenState {
  readonly title: string;
  readonly status: RoomStatus;
  readonly members: readonly RoomMember[];
  readonly items: readonly ShownItem[];
  readonly labelOf: LabelOf;
  readonly offerOf: OfferOf;
  readonly composer: ComposerState;
  /** A question that waits for y or n; the composer rests meanwhile. */
  readonly question: string | null;
  readonly showsMembers: boolean;
  /** The terminal shows bold, italic and the like. */
  readonly isStyled: boolean;
  /** How many rows the view is scrolled back from the newest. */
  readonly scroll: number;
}

export interface Screen {
  /** Exactly as many as the terminal has lines, each exactly as wide as it has columns. */
  readonly rows: readonly TerminalRow[];
  readonly cursor: { readonly x: number; readonly y: number };
  /** The greatest scroll that shows anything more, and the rows of one page. */
  readonly maxScroll: number;
  readonly page: number;
}

const PANE = 24;
const WIDE_ENOUGH = 76;
const COMPOSER_LINES = 6;
const ROLES = ["owner", "admin", "steward", "member"];

/** Lays the screen out: header, what happened, members beside it, alarms, status, composer. */
export function layOut(state: ScreenState, columns: number, lines: number): Screen {
  const hasPane = state.showsMembers && columns >= WIDE_ENOUGH;
  const bodyColumns = hasPane ? columns - PANE - 1 : columns;
  const composer = composerRows(state, columns);
  const banner = bannerRows(state, columns, lines);
  const height = Math.max(1, lines - 3 - composer.rows.length - banner.length);
  const ambiguous = new Set(state.members.filter(({ isLookalike }) => isLookalike).map(({ person }) => toHex(person)));
  const all = timelineRows(state.items, {
    columns: hasPane ? bodyColumns - 1 : bodyColumns,
    ambiguous,
    labelOf: state.labelOf,
    offerOf: state.offerOf,
    isStyled: state.isStyled,
  });
  const maxScroll = Math.max(0, all.length - height);
  const scroll = Math.min(state.scroll, maxScroll);
  const end = all.length - scroll;
  const seen = all.slice(Math.max(0, end - height), end);
  const body = [...Array.from({ length: height - seen.length }, (): TerminalRow => []), ...seen];
  const pane = hasPane ? memberRows(state.members, PANE - 1, height) : [];
  const rows: TerminalRow[] = [
    headerRow(state, columns),
    [part("─".repeat(columns), "dim")],
    ...body.map((row, at) =>
      hasPane ? [...fitRow(row, bodyColumns), part("│", "dim"), part(" "), ...(pane[at] ?? [])] : row,
    ),
    ...banner,
    statusRow(state, scroll, columns),
    ...composer.rows,
  ];
  const shown = rows.slice(0, lines).map((row) => fitRow(row, columns));
  const first = Math.min(rows.length, lines) - composer.rows.length;
  return { rows: shown, cursor: { x: composer.x, y: first + composer.y }, maxScroll, page: Math.max(1, height - 1) };
}

function headerRow({ title, status, members }: ScreenState, columns: number): TerminalRow {
  const people = `${members.length} ${members.length === 1 ? "person" : "people"}`;
  const left: TerminalRow = [part(` ${safeName(title)}`, "bold"), part(`  ${people}`, "dim")];
  const asking =
    status.requests === 0
      ? []
      : [part(` ${status.requests} ${status.requests === 1 ? "asks" : "ask"} to join `, "warning")];
  const fresh = part(` ${freshnessLine(status.freshness)} `, "dim");
  const isRoomy = rowWidth([...left, ...asking, fresh]) <= columns;
  return spread(left, isRoomy ? [...asking, fresh] : asking, columns);
}

function memberRows(members: readonly RoomMember[], columns: number, height: number): TerminalRow[] {
  const rank = ({ role }: RoomMember) => ROLES.indexOf(role) + 1 || ROLES.length + 1;
  const sorted = [...members].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const rows = sorted.map((member): TerminalRow => {
    const mark = member.role === "member" ? "" : member.role;
    const name = truncate(shownName(member) + (member.isYou ? " (you)" : ""), columns - mark.length - 1);
    return spread(
      [part(name, member.isYou ? "bold" : nameStyle(toHex(member.person)))],
      mark === "" ? [] : [part(mark, "dim")],
      columns,
    );
  });
  if (rows.length <= height) return rows;
  return [...rows.slice(0, height - 1), [part(`and ${rows.length - height + 1} more`, "dim")]];
}

function bannerRows({ status }: ScreenState, columns: number, lines: number): TerminalRow[] {
  const alarm = status.alarms.at(-1);
  if (alarm === undefined) return [];
  const more = status.alarms.length > 1 ? ` (and ${status.alarms.length - 1} more: /alarms)` : "";
  const text = `ALARM  ${safeText(alarmSentence(alarm))} ${safeText(adviceFor(alarm))}${more}`;
  return wrap(text.replaceAll("\n", " "), columns - 2)
    .slice(0, Math.max(1, Math.min(4, lines - 8)))
    .map((line) => [part(` ${fit(line, columns - 1)}`, "alarm")]);
}

function statusRow({ status, members }: ScreenState, scroll: number, columns: number): TerminalRow {
  const connection: TerminalRow =
    status.connection === "live"
      ? [part(" ● ", "good"), part("connected", "dim")]
      : [part(" ○ ", "warning"), part(connectionPart(status), "warning")];
  const standing = standingLine(status, members.length);
  const extra: TerminalRow = [
    ...(status.pending > 0 ? [part(`  ${status.pending} waiting to be sent`, "warning")] : []),
    ...(standing === "" ? [] : [part(`  ${standing}`, "warning")]),
    ...(status.paused === null
      ? []
      : [part(`  sending is stopped: ${safeText(pauseSentence(status.paused))}`, "alarm")]),
  ];
  const right = scroll > 0 ? part("↓ newer below (PgDn) ", "warning") : part("/help ", "dim");
  return spread([...connection, ...extra], [right], columns);
}

function standingLine({ standing, isConfirmed }: RoomStatus, people: number): string {
  switch (standing) {
    case "member":
      return isConfirmed || people === 1 ? "" : "joined; nobody has confirmed it yet";
    case "founding":
    case "joining":
      return "joining";
    case "asking":
      return "waiting to be let in";
    case "removed":
      return "you were removed from this room";
    case "left":
      return "you have left this room";
    case "lost":
      return "joining failed: use a new link";
    case "restored":
      return "this device is a copy: rejoin the room";
  }
}

function composerRows(
  { composer, question }: ScreenState,
  columns: number,
): { rows: TerminalRow[]; x: number; y: number } {
  if (question !== null) {
    const text = ` ${safeText(question)} (y/n) `;
    const lines = wrap(text, columns);
    return {
      rows: lines.map((line) => [part(line, "warning")]),
      x: Math.min(columns - 1, lines.at(-1)!.length + 1),
      y: lines.length - 1,
    };
  }
  const { lines, line, column } = composerLines(composer, Math.max(1, columns - 4));
  const first = Math.max(0, Math.min(line - COMPOSER_LINES + 1, lines.length - COMPOSER_LINES));
  const start = line < first ? line : first;
  const rows = lines
    .slice(start, start + COMPOSER_LINES)
    .map((text, at): TerminalRow => [part(at + start === 0 ? " > " : "   ", "dim"), part(text)]);
  return { rows, x: 3 + column, y: line - start };
}

function connectionPart({
  connection,
  isRecovering,
  mirror,
}: Pick<RoomStatus, "connection" | "isRecovering" | "mirror">): string {
  if (mirror !== null) return "the relay is away: messages come from the mirror, what you write waits";
  if (connection === "offline") return "offline: what you write is sent later";
  return isRecovering ? "the relay was restored: members' devices complete it, sending waits" : "connecting …";
}
