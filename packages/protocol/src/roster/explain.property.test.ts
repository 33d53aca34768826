import { toHex } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canBeChanged, type Policy, policyHash, type PolicyMatter } from "../policy/policy.js";
import { preset, type Preset } from "../policy/presets.js";
import { type DecidingRole, hasSay, type Role } from "../policy/role.js";
import type { Rule } from "../policy/rule.js";
import type { Action } from "./action.js";
import { type ActKind, ACTS } from "./actKind.js";
import { Chain, type Someone } from "./chain.fixture.js";
import { explain, type ExplainedAct, imagined, isPossible } from "./explain.js";
import { memberOf } from "./roster.js";

const NAMES = ["Bob", "Carol", "Dave", "Erin", "Frank"];
const roles = fc.array(fc.constantFrom<Role>("owner", "admin", "member", "member", "steward"), {
  minLength: 2,
  maxLength: 5,
});
const deciding = fc.constantFrom<DecidingRole>("owner", "admin", "member");
const plainRule = fc.oneof(
  fc.constantFrom<Rule>({ kind: "nobody" }, { kind: "self" }, { kind: "owner" }, { kind: "anyMember" }),
  fc.constantFrom<Rule>({ kind: "majority" }, { kind: "unanimous" }, { kind: "invite", inviteClass: "any" }),
  fc.record({ kind: fc.constant("role" as const), role: deciding }),
  fc.record({
    kind: fc.constant("quorum" as const),
    role: deciding,
    count: fc.integer({ min: 1, max: 4 }),
    half: fc.boolean(),
  }),
);
const rule = fc.oneof(
  { weight: 3, arbitrary: plainRule },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("anyOf" as const), rules: fc.array(plainRule, { maxLength: 3 }) }),
  },
);
const MATTERS: readonly PolicyMatter[] = ["add", "remove", "setRole", "setPolicy", "invite", "addDevice"];
const policies = fc
  .tuple(fc.tuple(...MATTERS.map(() => rule)), fc.constantFrom(0, 0, 3))
  .map(([rules, minTenure]): Policy => ({
    rules: Object.fromEntries(MATTERS.map((matter, n) => [matter, rules[n]!])) as Policy["rules"],
    settings: { ...preset("owner").settings, minTenure },
  }))
  .filter(canBeChanged);
const PRESETS: readonly Preset[] = ["owner", "admins:1", "admins:2", "admins:3", "everyone", "add-only", "open"];

interface Room {
  readonly chain: Chain;
  readonly people: readonly Someone[];
}

function roomOf(policy: Policy, others: readonly Role[], isSealed: boolean): Room {
  const chain = new Chain(crypto);
  const people = [chain.alice, ...others.map((role, n) => chain.add(NAMES[n]!, role))];
  const isOther = toHex(policyHash(crypto, policy)) !== toHex(chain.roster.policyHash);
  if (isSealed) chain.must(chain.alice, { type: "seal" });
  else if (isOther) chain.must(chain.alice, { type: "setPolicy", policy });
  return { chain, people };
}

/** Every real action of a kind that this author could try: about everybody else in a role, where it is about somebody. */
function actionsOf(act: ActKind, { chain, people }: Room, author: Someone): Action[] {
  const to = (role: Role, action: (person: Someone["person"]) => Action) =>
    people.filter((each) => each !== author && chain.roleOf(each) === role).map(({ person }) => action(person));
  const remove = (person: Someone["person"]) => ({ type: "remove", person, ban: false }) as const;
  const give = (role: DecidingRole) => (person: Someone["person"]) => ({ type: "setRole", person, role }) as const;
  const { roster } = chain;
  const other = toHex(policyHash(crypto, preset("admins:9"))) === toHex(roster.policyHash) ? "admins:8" : "admins:9";
  switch (act) {
    case "add":
      return [chain.adding(chain.someone("Guest"))];
    case "invite":
      return [{ type: "createInvite", invite: chain.terms("new") }, chain.allowing("key")];
    case "remove":
      return to("member", remove);
    case "removeAdmin":
      return to("admin", remove);
    case "removeOwner":
      return to("owner", remove);
    case "makeAdmin":
      return to("member", give("admin"));
    case "makeOwner":
      return to("member", give("owner"));
    case "demoteAdmin":
      return to("admin", give("member"));
    case "demoteOwner":
      return to("owner", give("member"));
    case "handOver":
      return to("member", (person) => ({ type: "transferOwnership", person }));
    case "setPolicy":
      return [{ type: "setPolicy", policy: preset(other) }];
    case "seal":
      return [{ type: "seal" }];
    case "upgrade":
      return [{ type: "upgrade", version: roster.version + 1 }];
    case "setTitle":
      return [{ type: "setTitle", title: "Orchard" }];
    case "addDevice":
      return [{ type: "addDevice", leafCert: chain.certOf(chain.someone(author.name, 2)) }];
  }
}

/** Whether the judge accepts it of this author, with the yeses of these people. */
function isAccepted({ chain }: Room, author: Someone, action: Action, yes: readonly Someone[]): boolean {
  const others = yes.filter((one) => one !== author && hasSay(chain.roleOf(one)!));
  const approvals = others.map((one) => chain.approval(one, action, {}, author));
  return chain.author(author, action, { approvals }).ok;
}

/** What an explanation says of it. */
function isTold({ by, ways }: ExplainedAct, author: Someone, yes: readonly Someone[]): boolean {
  const all = new Set([author, ...yes].map(({ person }) => toHex(person)));
  const isBy = by.some((person) => toHex(person) === toHex(author.person));
  return isBy && ways.some(({ need, of }) => of.filter((person) => all.has(toHex(person))).length >= need);
}

/** Compares all that is told of a room with what the judge does; how many acts somebody can and nobody can. */
function compare(room: Room, picks: readonly number[]): { possible: number; impossible: number } {
  const { chain, people } = room;
  const explained = new Map(explain(chain.roster).acts.map((each) => [each.act, each]));
  const differences: object[] = [];
  const count = { possible: 0, impossible: 0 };
  for (const act of ACTS) {
    const told = explained.get(act);
    const tries = people.flatMap((author) => actionsOf(act, room, author).map((action) => ({ author, action })));
    if (told === undefined) {
      expect([act, tries.length]).toEqual([act, 0]);
      continue;
    }
    if (tries.length === 0) continue;
    count[isPossible(told) ? "possible" : "impossible"]++;
    for (const { author, action } of tries) {
      const differs = (what: string, yes: readonly Someone[], says: boolean) => {
        if (isAccepted(room, author, action, yes) !== says)
          differences.push({ act, what, author: author.name, yes: yes.map(({ name }) => name), says });
      };
      for (const pick of picks) {
        const yes = people.filter((_, n) => (pick & (1 << n)) !== 0);
        differs("ways", yes, isTold(told, author, yes));
      }
      differs(
        "alone",
        [],
        told.alone.some((person) => toHex(person) === toHex(author.person)),
      );
    }
    for (const silent of people) {
      const rest = people.filter((each) => each !== silent);
      const isDone = tries.some(({ author, action }) => author !== silent && isAccepted(room, author, action, rest));
      const isEssential = told.essential.some((person) => toHex(person) === toHex(silent.person));
      if (isPossible(told) && isDone === isEssential) differences.push({ act, silent: silent.name, isDone });
    }
    if (!isPossible(told)) expect(told.essential).toEqual([]);
  }
  expect(differences).toEqual([]);
  return count;
}

describe("what is explained is what the judge does", () => {
  it("under any rules, for everybody, every kind of act and any yeses", { timeout: 300_000 }, () => {
    const seen = { possible: 0, impossible: 0 };
    fc.assert(
      fc.property(policies, roles, fc.array(fc.nat(63), { minLength: 1, maxLength: 1 }), (policy, others, picks) => {
        const { possible, impossible } = compare(roomOf(policy, others, false), [63, ...picks]);
        seen.possible += possible;
        seen.impossible += impossible;
      }),
      { numRuns: 16, seed: 11 },
    );
    // A comparison of what nobody can do would prove little, and so would one of what everybody can.
    expect(Math.min(seen.possible, seen.impossible)).toBeGreaterThan(40);
  });

  it("under every preset, and in a sealed room", { timeout: 300_000 }, () => {
    const others: Role[] = ["owner", "admin", "member", "steward", "member"];
    for (const word of PRESETS) compare(roomOf(preset(word), others, false), [21, 63]);
    expect(compare(roomOf(preset("owner"), others, true), [63]).possible).toBe(3);
  });

  it("an imagined room is told of as one in which the same people have been for long", () => {
    const others: Role[] = ["admin", "admin", "member", "steward"];
    for (const word of PRESETS) {
      const policy = { ...preset(word), settings: { ...preset(word).settings, minTenure: 0 } };
      const { chain, people } = roomOf(policy, others, false);
      const place = (person: Uint8Array) => people.findIndex((each) => toHex(each.person) === toHex(person));
      const real = explain(chain.roster);
      const told = explain(imagined(preset(word), ["owner", ...others]));
      const placed = (all: ExplainedAct["by"], of: (person: Uint8Array) => number) => all.map(of).sort();
      const lastByte = (person: Uint8Array) => person[31]! - 1;
      const withPlaces = (acts: readonly ExplainedAct[], of: (person: Uint8Array) => number) =>
        acts.map(({ act, by, ways, alone, essential }) => [
          act,
          ...[by, alone, essential].map((all) => placed(all, of)),
          ways.map((way) => [way.rule, way.need, placed(way.of, of)]),
        ]);
      expect(withPlaces(told.acts, lastByte)).toEqual(withPlaces(real.acts, place));
      expect([told.invites, told.waiting]).toEqual([real.invites, []]);
    }
  });

  it("who is too new to be counted is named, and the invites that need nobody's yes", () => {
    const { chain } = roomOf(preset("open"), ["admin", "member"], false);
    expect(explain(chain.roster)).toMatchObject({ waiting: [], invites: ["single", "multi", "personal", "listed"] });
    const policy: Policy = {
      rules: {
        ...preset("everyone").rules,
        add: { kind: "anyOf", rules: [{ kind: "majority" }, { kind: "invite", inviteClass: "personal" }] },
      },
      settings: { ...preset("everyone").settings, minTenure: 2 },
    };
    const voting = roomOf(policy, ["admin", "member"], false);
    const told = explain(voting.chain.roster);
    const names = told.waiting.map((person) => memberOf(voting.chain.roster, person)!.name);
    expect([names, told.invites]).toEqual([["Carol"], ["personal"]]);
  });

  it("what takes more yeses than an entry holds, nobody can do", () => {
    const told = (count: number) => {
      const roles = Array<Role>(count).fill("member");
      const { acts } = explain(imagined(preset("everyone"), ["owner", ...roles.slice(1)]));
      return ["setPolicy", "remove"].map((act) => isPossible(acts.find((each) => each.act === act)!));
    };
    expect([told(241), told(242)]).toEqual([
      [true, true],
      [false, true],
    ]);
  });
});
