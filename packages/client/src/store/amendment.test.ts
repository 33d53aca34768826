import { utf8Bytes } from "@conclave/codec";
import { type Roster, PersonId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { type Act, amend, type Amendment, decodeAmendment, encodeAmendment, UNAMENDED } from "./amendment.js";

const [alice, bob] = [1, 2].map((n) => PersonId.of(new Uint8Array(32).fill(n))) as [PersonId, PersonId];
const hex = (n: number) => n.toString(16).padStart(2, "0").repeat(32);
const roster = {
  members: new Map([
    [hex(1), { role: "owner" }],
    [hex(2), { role: "admin" }],
  ]),
} as unknown as Roster;
const target = { author: alice, kind: "text" };
const act = (change: Partial<Act>): Act => ({
  kind: "edit",
  author: alice,
  body: utf8Bytes("new"),
  time: 5,
  n: 9,
  authorGone: false,
  ...change,
});

describe("amend", () => {
  it("A72: RULE conversation.acts-of-members: who is gone changes nothing any more, not even what is theirs", () => {
    for (const kind of ["edit", "delete", "reaction"]) {
      const done = act({ kind, body: utf8Bytes(kind === "reaction" ? "👍" : "x") });
      expect(amend(UNAMENDED, target, done, roster), kind).not.toBeNull();
      expect(amend(UNAMENDED, target, { ...done, authorGone: true }, roster), kind).toBeNull();
    }
  });

  it("the newest edit counts; files are not edited; nothing happens to what was taken back", () => {
    const first = amend(UNAMENDED, target, act({}), roster)!;
    expect(amend(first, target, act({ body: utf8Bytes("newer"), n: 10 }), roster)?.edit).toMatchObject({ n: 10 });
    expect(amend(UNAMENDED, { ...target, kind: "file" }, act({}), roster)).toBeNull();
    expect(amend(UNAMENDED, target, act({ body: new Uint8Array(0) }), roster)).toBeNull();
    const gone = amend(first, target, act({ kind: "delete", n: 11 }), roster)!;
    expect(gone).toEqual({ edit: null, reactions: [], deletion: { by: alice, time: 5, n: 11 } });
    for (const kind of ["edit", "delete", "reaction"]) expect(amend(gone, target, act({ kind }), roster)).toBeNull();
  });

  it("A72: RULE conversation.remove-by-role: not without a role, not above one's own; of somebody who is gone it is", () => {
    const remove = act({ kind: "remove", author: bob });
    expect(amend(UNAMENDED, target, remove, roster)).toBeNull();
    expect(
      amend(UNAMENDED, { ...target, author: PersonId.of(new Uint8Array(32).fill(3)) }, remove, roster),
    ).not.toBeNull();
    expect(amend(UNAMENDED, { ...target, author: bob }, act({ kind: "remove" }), roster)).not.toBeNull();
    expect(amend(UNAMENDED, target, act({ kind: "remove", author: alice }), null)).toBeNull();
  });

  it("is kept as it is, and a damaged record is no amendment", () => {
    const full: Amendment = {
      edit: { body: utf8Bytes("new"), time: 1, n: 2 },
      deletion: { by: bob, time: 3, n: 4 },
      reactions: [{ emoji: "👍", people: [alice, bob] }],
    };
    expect(decodeAmendment(encodeAmendment(full))).toEqual(full);
    expect(decodeAmendment(encodeAmendment(UNAMENDED))).toEqual(UNAMENDED);
    expect(() => decodeAmendment(encodeAmendment(full).subarray(0, -1))).toThrow("damaged");
  });

  it("says in full what a message is like after each act, and keeps what the act is not about", () => {
    const reacted = amend(UNAMENDED, target, act({ kind: "reaction", author: bob, body: utf8Bytes("👍") }), roster)!;
    expect(reacted).toEqual({ ...UNAMENDED, reactions: [{ emoji: "👍", people: [bob] }] });
    const edited = amend(reacted, target, act({}), roster)!;
    expect(edited).toEqual({ ...reacted, edit: { body: utf8Bytes("new"), time: 5, n: 9 } });
    const again = amend(edited, target, act({ kind: "reaction", body: utf8Bytes("👍"), n: 10 }), roster)!;
    expect(again).toEqual({ ...edited, reactions: [{ emoji: "👍", people: [bob, alice] }] });
    // An empty one takes all of one's own back; where there is none it does nothing.
    const taken = amend(again, target, act({ kind: "reaction", author: bob, body: new Uint8Array(0) }), roster)!;
    expect(taken).toEqual({ ...edited, reactions: [{ emoji: "👍", people: [alice] }] });
    expect(amend(taken, target, act({ kind: "reaction", author: bob, body: new Uint8Array(0) }), roster)).toBeNull();
    expect(amend(again, target, act({ kind: "remove", author: alice, n: 12 }), roster)).toEqual({
      ...UNAMENDED,
      deletion: { by: alice, time: 5, n: 12 },
    });
    expect(amend(again, target, act({ kind: "text" }), roster)).toBeNull();
  });
});
