import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset, type Preset } from "../policy/presets.js";
import type { DecidingRole, Role } from "../policy/role.js";
import type { Action } from "./action.js";
import { Chain, NOBODY_DECIDES, type Someone, verdict } from "./chain.fixture.js";
import { type Outlook, outlook, rightTo } from "./outlook.js";
import { memberOf } from "./roster.js";

const PRESETS: readonly Preset[] = ["owner", "admins:2", "everyone", "add-only", "open"];
/** Under these rules, or sealed under the first. */
const ROOMS = [...PRESETS, "sealed"] as const;
const ROLES: readonly Role[] = ["owner", "admin", "member", "steward"];
const GIVEN: readonly DecidingRole[] = ["owner", "admin", "member"];
const TENURES = [0, 1, 1000];

/** A room with somebody of each role besides the founder, under these rules. */
function roomUnder(name: (typeof ROOMS)[number], minTenure: number) {
  const chain = new Chain(crypto, preset("owner"));
  const people: Record<Role, Someone> = {
    owner: chain.add("Olga", "owner"),
    admin: chain.add("Adam", "admin"),
    member: chain.add("Mia"),
    steward: chain.add("Stew", "steward"),
  };
  chain.add("Bob");
  chain.must(chain.alice, { type: "createInvite", invite: chain.terms("open") });
  chain.must(chain.alice, chain.allowing("listed"));
  if (name === "sealed") chain.must(chain.alice, { type: "seal" });
  else {
    const { rules, settings } = preset(name);
    const policy = { rules, settings: { ...settings, minTenure } };
    if (name !== "owner" || minTenure > 0) chain.must(chain.alice, { type: "setPolicy", policy });
  }
  return { chain, people };
}

/** Actions of every kind that a member can begin, about people of every role, sensible and not. */
function actionsIn(chain: Chain): Action[] {
  const people = ["Alice", "Olga", "Adam", "Mia", "Stew", "Bob", "Nobody"].map((name) => chain.someone(name));
  const guest = chain.someone("Guest");
  return [
    ...people.flatMap(({ person, leaf }): Action[] => [
      { type: "remove", person, ban: false },
      { type: "leave", person },
      { type: "transferOwnership", person },
      { type: "removeDevice", person, leaf },
      ...GIVEN.map((role) => ({ type: "setRole", person, role }) as const),
    ]),
    ...ROLES.map((role) => chain.adding(guest, role)),
    ...GIVEN.flatMap((role): Action[] => [
      { type: "createInvite", invite: chain.terms("new", { role }) },
      { type: "createInvite", invite: chain.terms("auto", { role, mode: "auto" }) },
    ]),
    { type: "addDevice", leafCert: chain.certOf(chain.someone("Mia", 2)) },
    { type: "revokeInvite", inviteId: chain.terms("open").inviteId },
    { type: "revokeInvite", inviteId: chain.terms("unknown").inviteId },
    { type: "createInvite", invite: chain.terms("list", { for: { class: "listed" } }) },
    chain.allowing("new", "listed"),
    chain.disallowing("listed"),
    chain.disallowing("unknown"),
    { type: "openReturn", invite: chain.terms("return", { mode: "return" }) },
    ...[...PRESETS.map(preset), NOBODY_DECIDES].map((policy) => ({ type: "setPolicy", policy }) as const),
    { type: "setTitle", title: "Orchard" },
    { type: "setTitle", title: "\u0000" },
    // Nobody who is in the room carries it.
    ...people.flatMap((who): Action[] => [
      { type: "reseat", leafCert: chain.certOf(chain.again(who)), leaf: who.leaf, after: null },
      { type: "reseat", leafCert: chain.certOf(chain.again(who)), leaf: who.leaf, after: people[0]!.person },
    ]),
    { type: "tick" },
    { type: "resetTime" },
    { type: "setRelay", relay: chain.roster.relay, n: 3, logHead: chain.bytes("head") },
    {
      type: "setRelay",
      relay: { publicKey: chain.bytes("relay"), address: "none" },
      n: 3,
      logHead: chain.bytes("head"),
    },
    { type: "setMirrors", mirrors: [] },
    ...[chain.roster.relay, { publicKey: chain.bytes("mirror"), address: "wss://mirror.test" }].map(
      (relay): Action => ({ type: "setMirrors", mirrors: [{ relay, copyId: chain.bytes("copy") }] }),
    ),
    { type: "seal" },
    { type: "upgrade", version: 3 },
    { type: "upgrade", version: 4 },
  ];
}

/** What `authorEntry` says: with no approvals, and with everybody's. */
function tried(chain: Chain, by: Someone, action: Action): { now: string; withAll: string; missing: object | null } {
  const { roster } = chain;
  const others = ["Alice", "Olga", "Adam", "Mia", "Bob"].map((name) => chain.someone(name)).filter((one) => one !== by);
  const now = chain.author(by, action);
  const approvals = others
    .filter(({ person }) => memberOf(roster, person))
    .map((one) => chain.approval(one, action, {}, by));
  const missing = now.ok ? null : (now.error.approvals ?? null);
  return { now: verdict(now), withAll: verdict(chain.author(by, action, { approvals })), missing };
}

function outlookOf(chain: Chain, by: Someone, action: Action): Outlook {
  const { roster, time } = chain;
  return outlook(crypto, roster, { action, author: { person: by.person, leaf: by.leaf }, time }, []);
}

describe("the outlook for screens is the judge's", () => {
  for (const name of ROOMS)
    for (const tenure of name === "sealed" ? [0] : TENURES)
      it(`${name}, tenure ${tenure}: it says no exactly where \`authorEntry\` refuses, for everybody and every action`, () => {
        const { chain, people } = roomUnder(name, tenure);
        const differences: object[] = [];
        let seen = 0;
        for (const role of ROLES)
          for (const action of actionsIn(chain)) {
            const seenBefore = outlookOf(chain, people[role], action);
            const { now, withAll, missing } = tried(chain, people[role], action);
            const isAsTold =
              seenBefore.can === "alone"
                ? now === "ok"
                : seenBefore.can === "together"
                  ? now === "approvals_missing" && withAll === "ok"
                  : now !== "ok" && (now !== "approvals_missing" || withAll !== "ok");
            if (!isAsTold) differences.push({ role, action: action.type, seenBefore, now, withAll });
            if (seenBefore.can === "together") expect(seenBefore).toMatchObject({ can: "together", ...missing });
            seen++;
          }
        expect(differences).toEqual([]);
        expect(seen).toBeGreaterThan(150);
      });

  it("the right to a kind of action is the outlook of any that makes sense", () => {
    for (const name of ROOMS)
      for (const tenure of name === "sealed" ? [0] : TENURES) {
        const { chain, people } = roomUnder(name, tenure);
        const guest = chain.someone("Guest");
        const kinds: Action[] = [
          chain.adding(guest),
          ...GIVEN.map((role) => ({ type: "createInvite", invite: chain.terms("new", { role }) }) as const),
          { type: "setPolicy", policy: preset("admins:7") },
          { type: "setTitle", title: "Orchard" },
          chain.allowing("new"),
          chain.disallowing("listed"),
          { type: "resetTime" },
          { type: "seal" },
          { type: "upgrade", version: 3 },
        ];
        for (const role of ROLES)
          for (const action of kinds)
            expect([name, tenure, role, action.type, rightTo(chain.roster, action, people[role].person).can]).toEqual([
              name,
              tenure,
              role,
              action.type,
              outlookOf(chain, people[role], action).can,
            ]);
      }
  });

  it("who is in no room may do nothing in it", () => {
    const { chain } = roomUnder("open", 0);
    const stranger = chain.someone("Stranger");
    expect(outlookOf(chain, stranger, { type: "tick" })).toEqual({ can: "no", why: { code: "author_unknown" } });
    expect(rightTo(chain.roster, { type: "tick" }, stranger.person)).toEqual({
      can: "no",
      why: { code: "not_member" },
    });
  });
});
