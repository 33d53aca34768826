import type { Decision } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { changesOf } from "./changeRows.js";

const DAVE = new Uint8Array(32).fill(1);
const owner = preset("owner");
const detail = {
  members: [{ person: DAVE, role: "member" }],
  policy: owner,
  mirrors: [],
  invitations: [],
  sshKeys: [],
} as unknown as RoomDetail;
const dave = { person: DAVE, name: "Dave", tag: "", isYou: false, checked: null } as never;
const rowsOf = (action: object, of = detail) =>
  changesOf(action as Decision["action"], dave, { detail: of, title: "Garden", relay: "wss://one" });

describe("what a decision would change", () => {
  it.each([
    { type: "add", role: "member" },
    { type: "remove", ban: false },
    { type: "setRole", role: "admin" },
    { type: "transferOwnership" },
    { type: "setTitle", title: "Orchard" },
    { type: "setRelay", relay: { address: "wss://two" } },
    { type: "setMirrors", mirrors: [] },
    {
      type: "createInvite",
      invite: { for: { class: "single" }, role: "member", mode: "ask", notAfter: null, welcomeText: "" },
    },
    { type: "revokeInvite", inviteId: DAVE },
    { type: "allow", keys: [{ key: DAVE, comment: "laptop" }] },
    { type: "disallow", keys: [DAVE] },
    { type: "openReturn" },
    { type: "addDevice" },
    { type: "removeDevice" },
    { type: "resetTime" },
    { type: "seal" },
    { type: "upgrade", version: 3 },
  ])("is there to be read, whatever is asked for: $type", (action) => {
    expect(rowsOf(action).length).toBeGreaterThan(0);
  });

  it("RULE web.table-first: rules that are not known, or not other, have nothing to be read, and so no yes", () => {
    expect(rowsOf({ type: "setPolicy", policy: owner }, { ...detail, policy: null })).toEqual([]);
    expect(rowsOf({ type: "setPolicy", policy: owner })).toEqual([]);
  });

  it("names each matter of the rules that would be other, the one of devices too", () => {
    const changed = { ...owner, rules: { ...owner.rules, addDevice: { kind: "role", role: "owner" } } };
    expect(rowsOf({ type: "setPolicy", policy: changed }).map(({ what }) => what)).toContain("Add a device");
  });

  it("RULE words.rules-told-apart: a change of who comes in by which link does not hide behind another one", () => {
    const add = (inviteClass: string) => ({ ...owner.rules, add: { kind: "invite", inviteClass } });
    const now = { ...owner, rules: add("single") } as typeof owner;
    const then = { rules: add("any"), settings: { ...owner.settings, history: "marked" } };
    expect(rowsOf({ type: "setPolicy", policy: then }, { ...detail, policy: now })).toContainEqual(
      expect.objectContaining({ before: "anyone with an invite for one person", after: "anyone with an invite" }),
    );
  });

  it("tells less than an hour from none, and from one", () => {
    const stale = (maxStale: number) => ({ ...owner, settings: { ...owner.settings, maxStale } });
    const rows = rowsOf({ type: "setPolicy", policy: stale(90 * 60_000) }, { ...detail, policy: stale(2 * 3_600_000) });
    expect(rows).toContainEqual(expect.objectContaining({ before: "2 hours", after: "1.5 hours" }));
  });

  it("shows an address whole: where it leads is at its end", () => {
    const address = `wss://conclave.example.org.${"a".repeat(40)}.evil.example`;
    const rows = [
      ...rowsOf({ type: "setRelay", relay: { address } }),
      ...rowsOf({ type: "setMirrors", mirrors: [{ relay: { address } }] }),
    ];
    expect(rows.map(({ after }) => after)).toEqual([address, address]);
  });

  it("RULE web.key-by-fingerprint: an SSH key is told by its fingerprint first, whatever its comment says (attack A92)", () => {
    const [row] = rowsOf({ type: "allow", keys: [{ key: DAVE, comment: "SHA256:not-this-one" }] });
    expect(row?.what).toMatch(/^SSH key SHA256:[A-Za-z0-9+/]{43} \(SHA256:not-this-one\)$/u);
    const others = rowsOf({ type: "disallow", keys: [DAVE, new Uint8Array(32)] }).map(({ what }) => what);
    expect(new Set([row?.what.slice(0, 58), ...others]).size).toBe(2);
  });

  it("RULE web.power-asks: is grave where it gives somebody power over others (attack A92)", () => {
    const isGrave = (action: object) => rowsOf(action).some((each) => each.isGrave);
    for (const role of ["admin", "owner"]) expect(isGrave({ type: "setRole", role })).toBe(true);
    expect(isGrave({ type: "add", role: "admin" })).toBe(true);
    expect(isGrave({ type: "add", role: "member" })).toBe(false);
    expect(isGrave({ type: "transferOwnership" })).toBe(true);
  });
});
