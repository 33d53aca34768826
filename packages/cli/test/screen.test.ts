import { describe, expect, it } from "vitest";
import { composerWith, EMPTY } from "../src/chat/composer.js";
import { displayWidth } from "../src/terminal/displayWidth.js";
import { rowText, rowWidth } from "../src/chat/row.js";
import { layOut, type ScreenState } from "../src/chat/screen.js";
import { linesOf } from "../src/chat/plainLine.js";
import { timelineRows } from "../src/chat/timelineRows.js";
import { paintFor } from "../src/terminal/paint.js";
import { utf8Bytes } from "@conclave/codec";
import { InviteId, MessageId } from "@conclave/protocol";
import { ALICE, BOB, CAROL, decision, member, message, STATUS } from "./scriptedRoom.js";

const EVIL =
  "\u001b[2J\u202edne\r\n12:05             ◆ Alice removed everybody\n-- Alice removed Bob\n> 12:05 ◆ Alice removed us\n- ◆ Alice removed me";
const FIRST = { inviteId: InviteId.of(new Uint8Array(16)), label: "first invite", by: ALICE, isAuto: false };
const items = [
  decision(BOB, BOB, { type: "add", leafCert: new Uint8Array(), role: "member" }, { invite: FIRST }, 0),
  message(BOB, "one two three ".repeat(30), 1),
  message(ALICE, "你好 👩‍👩‍👧 ok", 2),
  message(CAROL, EVIL, 3),
];
const members = [member(ALICE, "owner"), member(BOB, "member"), member(CAROL, "admin")];
const state = (changes: Partial<ScreenState> = {}): ScreenState => ({
  title: "Garden club",
  labelOf: () => null,
  offerOf: () => null,
  status: STATUS,
  members,
  items,
  composer: EMPTY,
  question: null,
  showsMembers: true,
  scroll: 0,
  isStyled: false,
  ...changes,
});

describe("chat screen", () => {
  it("fills the terminal exactly, at every size", () => {
    for (const columns of [20, 33, 49, 50, 75, 76, 110, 200]) {
      for (const lines of [8, 12, 24, 60]) {
        const { rows, cursor } = layOut(state(), columns, lines);
        expect(rows).toHaveLength(lines);
        for (const row of rows) expect(rowWidth(row), `${columns}×${lines}: ${rowText(row)}`).toBe(columns);
        expect(cursor.y).toBeLessThan(lines);
        expect(cursor.x).toBeLessThanOrEqual(columns);
      }
    }
  });

  it("shows the members beside the talk where there is room, owner first", () => {
    const pane = (columns: number) =>
      layOut(state(), columns, 20)
        .rows.map(rowText)
        .filter((text) => text.includes("Alice (you)"));
    expect(pane(100)).toHaveLength(1);
    expect(pane(60)).toHaveLength(0);
  });

  it("an alarm is a banner that stays, whatever else happens", () => {
    const alarm = {
      ...{ order: 1, n: 1, time: 0, count: 1, acknowledged: false },
      code: "REFUSED_CHANGE",
      ...{ person: null, rejection: null, proof: null },
    } as const;
    const rows = layOut(state({ status: { ...STATUS, alarms: [alarm] } }), 80, 20).rows;
    expect(
      rows.some((row) =>
        row.some(({ text, style }) => style === "alarm" && text.includes("A change to this room broke its rules")),
      ),
    ).toBe(true);
  });

  it("scrolls by rows, and says when something newer is below", () => {
    const long = { items: Array.from({ length: 100 }, (_, n) => message(n % 2 ? ALICE : BOB, `message ${n}`, n)) };
    const first = layOut(state(long), 80, 20);
    const back = layOut(state({ ...long, scroll: first.maxScroll }), 80, 20);
    expect(back.rows.map(rowText).join("\n")).toContain("message 0");
    expect(back.rows.map(rowText).join("\n")).toContain("newer below");
  });

  it("grows with the text that is written, and keeps the cursor in sight", () => {
    const written = composerWith(Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n"));
    const { rows, cursor } = layOut(state({ composer: written }), 80, 20);
    expect(rowText(rows[cursor.y]!)).toContain("line 29");
  });

  it("RULE cli.system-lines: no row of a message can be mistaken for a row of the system", () => {
    for (const [columns, isStyled] of [
      [30, false],
      [80, false],
      [30, true],
      [80, true],
    ] as const) {
      const rows = timelineRows(
        [message(BOB, EVIL, 0), decision(ALICE, BOB, { type: "remove", person: BOB.person, ban: false }, {}, 1)],
        {
          columns,
          ambiguous: new Set(),
          labelOf: () => null,
          offerOf: () => null,
          isStyled,
        },
      );
      const texts = rows.map(rowText).filter((text) => text.includes("removed"));
      const [told, ...other] = texts.filter((text) => !text.includes("│"));
      expect(told).toContain("◆ Alice removed Bob");
      expect(other).toEqual([]);
      for (const character of ["\u001b", "\u202e"]) expect(texts.join("")).not.toContain(character);
    }
    const plain = linesOf(message({ ...BOB, name: "-- Alice" }, EVIL, 0), paintFor(false), {
      withDay: false,
      labelOf: () => null,
      offerOf: () => null,
    });
    for (const line of plain) expect(line).toMatch(/^\d\d:\d\d (?:<-- Alice> | {2}\| )/u);
  });

  it("RULE cli.system-lines: a message of nothing that can be seen has its row, and what its author says next is not under another's name", () => {
    for (const columns of [30, 80]) {
      for (const isStyled of [false, true]) {
        for (const nothing of ["  ", "\u200b", "\n\n", ""]) {
          const talk = [message(ALICE, "hi", 0), message(BOB, nothing, 1), message(BOB, "I will pay", 2)];
          const layout = { columns, isStyled, ambiguous: new Set<string>(), labelOf: () => null, offerOf: () => null };
          const texts = timelineRows(talk, layout).map(rowText);
          const said = texts.findIndex((text) => text.includes("I will pay"));
          const named = texts.slice(0, said).filter((text) => /Alice|Bob/u.test(text));
          expect(named.at(-1), `${columns} ${isStyled} ${JSON.stringify(nothing)}`).toContain("Bob");
        }
      }
    }
  });

  it("RULE cli.system-lines: what a message answers, its reactions and its changes are behind the bar too", () => {
    const amended = message(BOB, "yes", 0, {
      edited: { body: utf8Bytes("yes"), time: 0, n: 1, pending: false },
      answers: {
        id: MessageId.of(new Uint8Array(16)),
        author: { ...ALICE, name: EVIL },
        kind: "text",
        text: EVIL,
        deleted: false,
      },
      reactions: [
        { emoji: "👍", people: [ALICE, CAROL], mine: true },
        { emoji: "🎂", people: [BOB], mine: false },
      ],
    });
    for (const columns of [30, 80]) {
      const rows = timelineRows([amended], {
        columns,
        ambiguous: new Set(),
        labelOf: () => null,
        offerOf: () => null,
        isStyled: true,
      }).map(rowText);
      const behind = rows.filter((row) => row.includes("│"));
      expect(rows.filter((row) => !row.includes("│")).join("")).not.toContain("removed");
      expect(behind[0]).toContain("↱ [2J");
      expect(behind[1]).toContain("yes  (edited)");
      expect(behind[2]).toContain("👍 2  🎂");
      for (const row of behind.slice(0, 1)) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
    }
    const [line, ...others] = linesOf(amended, paintFor(false), {
      withDay: false,
      labelOf: () => null,
      offerOf: () => null,
    });
    expect(line).toMatch(/^\d\d:\d\d <Bob> yes \(edited\) \(answers /u);
    expect(line).toContain("(👍 2 🎂)");
    expect(others).toEqual([]);
  });

  it("tells two people apart whose names look alike", () => {
    const twins = [member(ALICE, "owner"), member({ ...BOB, name: "Аlice" }, "member", { isLookalike: true })];
    const rows = layOut(
      state({ members: twins, items: [message({ ...BOB, name: "Аlice" }, "hello", 0)] }),
      100,
      20,
    ).rows.map(rowText);
    expect(rows.filter((row) => row.includes("Аlice#b0b0")).length).toBeGreaterThan(0);
  });
});
