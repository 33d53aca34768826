import { equalBytes, toHex } from "@conclave/codec";
import { PersonId, RoomId } from "../encoding/ids.js";
import { MAX_YESES, type Policy } from "../policy/policy.js";
import { hasSay, type Role } from "../policy/role.js";
import type { InviteClass, Rule } from "../policy/rule.js";
import { type Action, ruleOf } from "./action.js";
import { type ActKind, ACTS, exampleOf, type Subjects, subjectsIn } from "./actKind.js";
import { consentTo } from "./consent.js";
import { NO_EVIDENCE } from "./entryHeader.js";
import { objection, rulesFor } from "./permission.js";
import type { Member, Roster } from "./roster.js";
import { StateTable } from "./stateTable.js";
import { type Grounds, isMet, isVoter, tally } from "./tally.js";
import { ROOM_VERSION } from "./version.js";

/** One way in which an act comes to be agreed to: one rule of those of which one is enough. */
export interface WayToAgree {
  /** Null where an author's own right is enough, whatever the policy says. */
  readonly rule: Rule | null;
  /** How many of `of` have to say yes, who carries it out among them; 0 where nobody has to. */
  readonly need: number;
  /** Everybody whose yes counts now, in the roster's order. At least `need`. */
  readonly of: readonly PersonId[];
}

/** What a room's rules mean for one kind of act, as the room is now. */
export interface ExplainedAct {
  readonly act: ActKind;
  /** Who may carry it out, once enough have agreed. */
  readonly by: readonly PersonId[];
  /** Every way in which enough agree. Where this or `by` is empty, nobody can do it, even if everybody agrees. */
  readonly ways: readonly WayToAgree[];
  /** Those of `by` whose own yes is enough. */
  readonly alone: readonly PersonId[];
  /** Those without whom it cannot be done: when one of them never answers, it never is. Empty where nobody can do it anyway. */
  readonly essential: readonly PersonId[];
}

/** What a room's rules mean, as the room is now. */
export interface Explanation {
  /** In the order of {@link ACTS}, without those of which there is nobody in the room to do them to. */
  readonly acts: readonly ExplainedAct[];
  /** The classes of invites that let people in without another approval, unless the invite makes them ask. */
  readonly invites: readonly InviteClass[];
  /** Who is too new to be counted where several decide, as the rules ask for a wait. */
  readonly waiting: readonly PersonId[];
}

const CLASSES: readonly InviteClass[] = ["single", "multi", "personal", "listed"];

/**
 * For screens: who can do what alone, who together, and what nobody can. It asks `objection` and `tally`, as the judge does, and has
 * no rules of its own. Of a policy that is not the room's yet, with `{ ...roster, policy }`; of a room that does not exist, with
 * {@link imagined}. What is full or used up for the moment (members, links, removals in a row) is not looked at.
 */
export function explain(before: Roster): Explanation {
  const everyone = [...before.members.values()];
  const subjects = subjectsIn(before);
  return {
    acts: ACTS.flatMap((act) => explained(before, everyone, subjects, act) ?? []),
    invites: CLASSES.filter((each) => consentTo(before, anAdmission, nobody, new Set(), each).satisfied),
    waiting: waitingIn(before, everyone),
  };
}

/** Whether anybody can do it. */
export function isPossible({ by, ways }: ExplainedAct): boolean {
  return by.length > 0 && ways.length > 0;
}

/**
 * A room that does not exist, to be explained: under this policy, with a person of each of these roles, all of them there for long
 * enough to be counted. A person's id is their place in `roles` plus one, as a number of 32 bytes (big-endian).
 */
export function imagined(policy: Policy, roles: readonly Role[]): Roster {
  const people = roles.map((role, place): Member => {
    const person = placeId(place);
    return {
      ...{ person, name: "", role, joinedSeq: 0, joinedTenure: 0, changedSeq: 0, addedBy: person, inviteId: null },
      ...{ devices: [], entries: 0, removals: [], lostSeq: 0 },
    };
  });
  const none = new Uint8Array(32);
  return {
    ...{ roomId: RoomId.of(none), seq: 0, head: none, title: "", policy, policyHash: none },
    ...{ relay: { publicKey: none, address: "" }, mirrors: [], sealed: false, chainTime: 0, generation: 0 },
    ...{ changedSeq: 0, unlistedSeq: 0, tenure: 0, version: ROOM_VERSION, stateHash: none, table: StateTable.empty },
    members: new Map(people.map((member) => [toHex(member.person), member])),
    ...{ leaves: new Map(), invites: new Map(), openInvites: new Map(), closedAt: new Map() },
    ...{ former: new Map(), leftAt: new Map(), listedKeys: new Map() },
  };
}

const nobody = PersonId.of(new Uint8Array(32));
const anAdmission: Action = { type: "add", leafCert: nobody, role: "member" };

function placeId(place: number): PersonId {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, place + 1);
  return PersonId.of(bytes);
}

function explained(before: Roster, everyone: readonly Member[], subjects: Subjects, act: ActKind): ExplainedAct | null {
  const plans = everyone.flatMap((author) => {
    const action = exampleOf(act, before, author, subjects);
    return action === null ? [] : [{ author, action }];
  });
  const [some] = plans;
  if (some === undefined) return null;
  const by = plans
    .filter(({ author, action }) => objection(before, action, author, NO_EVIDENCE) === null)
    .map(({ author }) => author.person);
  const ways = waysTo(before, some.action, some.author.person);
  return { act, by, ways, alone: aloneAmong(by, ways), essential: essentialTo(by, ways) };
}

function aloneAmong(by: readonly PersonId[], ways: readonly WayToAgree[]): readonly PersonId[] {
  if (ways.some(({ need }) => need === 0)) return by;
  const enough = new Set(ways.filter(({ need }) => need === 1).flatMap(({ of }) => of.map(toHex)));
  return by.filter((person) => enough.has(toHex(person)));
}

// Silence is no yes, and changes nothing about how many it takes.
function essentialTo(by: readonly PersonId[], ways: readonly WayToAgree[]): readonly PersonId[] {
  if (by.length === 0 || ways.length === 0) return [];
  const everyWay = ways.map(({ need, of }) => (of.length === need ? of : []));
  const rest = everyWay.slice(1).map((of) => new Set(of.map(toHex)));
  const inAll = everyWay[0]!.filter((person) => rest.every((of) => of.has(toHex(person))));
  const [only] = by;
  const isMissing = by.length === 1 && !inAll.some((person) => equalBytes(person, only!));
  return isMissing ? [...inAll, only!] : inAll;
}

/** Who has a say that ballots do not count yet, where the rules have any. */
function waitingIn(before: Roster, everyone: readonly Member[]): readonly PersonId[] {
  const rules = Object.values(before.policy.rules);
  if (!rules.some(isBallot)) return [];
  return everyone.filter((member) => hasSay(member.role) && !isVoter(before, member)).map(({ person }) => person);
}

function isBallot(rule: Rule): boolean {
  if (rule.kind === "anyOf") return rule.rules.some(isBallot);
  return rule.kind === "quorum" || rule.kind === "majority" || rule.kind === "unanimous";
}

// Every rule has to hold; of each kind of act there is one, or none.
function waysTo(before: Roster, action: Action, author: PersonId): readonly WayToAgree[] {
  const [rule] = rulesFor(before, action, author, false);
  if (rule === undefined) return [{ rule: null, need: 0, of: [] }];
  const self = ruleOf(action).isOwn(action, author);
  const choices = rule.kind === "anyOf" ? rule.rules : [rule];
  return choices.flatMap((choice) => wayBy(choice, { before, self, invite: null }) ?? []);
}

function wayBy(rule: Rule, grounds: Omit<Grounds, "yes">): WayToAgree | null {
  if (isMet(tally(rule, { ...grounds, yes: new Set() }))) return { rule, need: 0, of: [] };
  const all = tally(rule, { ...grounds, yes: new Set(grounds.before.members.keys()) });
  // An entry holds only so many yeses: what takes more than that, nobody can do.
  if (!isMet(all) || all.need > MAX_YESES) return null;
  return { rule, need: all.need, of: [...all.counted].map((person) => grounds.before.members.get(person)!.person) };
}
