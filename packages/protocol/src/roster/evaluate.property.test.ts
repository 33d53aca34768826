import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { equalBytes, toHex } from "@conclave/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inviteLimit, isInviteOpen, isSpent } from "../invite/invite.js";
import type { Policy } from "../policy/policy.js";
import { preset, type Preset } from "../policy/presets.js";
import { type DecidingRole, isAtLeast } from "../policy/role.js";
import type { Action } from "./action.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { decodeEntry } from "./entry.js";
import type { Evidence } from "./entryHeader.js";
import { evaluate, type Transition } from "./evaluate.js";
import { replay } from "./replay.js";
import type { RelayIdentity } from "./relayIdentity.js";
import { memberOf, type Roster, stewardsOf } from "./roster.js";
import { ROOM_VERSION } from "./version.js";
import {
  encodeFormer,
  encodeHead,
  encodeInvite,
  encodeListedKey,
  encodeMember,
  encodeMeta,
  loadRoster,
} from "./rosterRecord.js";

const presets: Preset[] = ["owner", "admins:2", "everyone", "add-only", "open", "admins:1", "admins:3"];
const NAMES = ["Alice", "Bob", "Carol", "Dave", "Erin"];
const ROLES: readonly DecidingRole[] = ["member", "admin", "owner"];
const KINDS = [
  "add",
  "add",
  "join",
  "join",
  "joinAuto",
  "addSteward",
  "addSteward",
  "remove",
  "leave",
  "setRole",
  "setRole",
  "setPolicy",
  "setTitle",
  "addDevice",
  "removeDevice",
  "reseat",
  "createInvite",
  "createInvite",
  "autoInvite",
  "revokeInvite",
  "listedInvite",
  "allow",
  "allow",
  "disallow",
  "joinListed",
  "joinListed",
  "tick",
  "resetTime",
  "setRelay",
  "setMirrors",
  "transferOwnership",
  "seal",
  "upgrade",
] as const;

/** A step: numbers that pick who, whom and what, so that any step can be tried in any room. */
const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  by: fc.nat(4),
  about: fc.nat(4),
  role: fc.constantFrom(...ROLES),
  number: fc.nat(5),
  agree: fc.boolean(),
  ask: fc.boolean(),
  minutes: fc.integer({ min: -60, max: 60 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Attempt {
  readonly by: Someone;
  readonly action: Action;
  readonly evidence: Partial<Evidence>;
  readonly external: boolean;
}

function attempt(chain: Chain, { kind, by, about, role, number, agree, ask }: Step): Attempt {
  // Mostly somebody who is in the room; now and then somebody who is not, or not any more.
  const inside = [...chain.roster.members.values()].map((member) => member.name);
  const author = presentOf(chain, by === 4 ? NAMES[about]! : inside[by % inside.length]!);
  const other = presentOf(chain, NAMES[about]!);
  const link = `${ask ? "ask" : "direct"} ${number} ${role}`;
  const invite = chain.terms(link, {
    role,
    mode: ask ? "ask" : "direct",
    for: number < 3 ? { class: "single" } : { class: "multi", limit: number },
    notAfter: number === 5 ? 1_700_000_900_000 : null,
  });
  const { person } = other;
  const of = (action: Action, evidence: Partial<Evidence> = {}): Attempt => {
    // Mostly those whose yes counts; now and then also those who are out, and the author.
    const everybody = agree ? NAMES.map((name) => presentOf(chain, name)) : [];
    const voices = everybody.filter(
      (who) => number === 4 || (who !== author && chain.roster.leaves.has(toHex(who.leaf))),
    );
    const approvals = voices.map((who) => chain.approval(who, action, {}, author));
    return { by: author, action, evidence: { approvals, ...evidence }, external: false };
  };
  switch (kind) {
    case "add":
      return of(chain.adding(other, role));
    case "join":
      if (ask) return of(chain.adding(other, role), { proof: chain.proof(link, other, "ask") });
      return {
        by: other,
        action: chain.adding(other, role),
        evidence: { proof: chain.proof(link, other) },
        external: true,
      };
    case "joinAuto":
      return of(chain.adding(other), { proof: chain.proof("auto", other, "auto") });
    case "autoInvite":
      return of({ type: "createInvite", invite: chain.terms("auto", { role, mode: "auto" }) });
    case "addSteward":
      return of(chain.adding(other, "steward"));
    case "remove":
      return of({ type: "remove", person, ban: ask });
    case "leave":
      return of({ type: "leave", person }, { farewell: chain.farewell(other) });
    case "setRole":
      return of({ type: "setRole", person, role });
    case "setPolicy":
      return of({ type: "setPolicy", policy: preset(presets[number % presets.length]!) });
    case "setTitle":
      return of({ type: "setTitle", title: `Room ${String(number)}` });
    case "addDevice":
      return of({ type: "addDevice", leafCert: chain.certOf(chain.someone(NAMES[about]!, 2 + number)) });
    case "removeDevice":
      return of({ type: "removeDevice", person, leaf: chain.someone(NAMES[about]!, 1 + number).leaf });
    case "reseat": {
      // Now and then by the leaf of somebody else, or with one that was in before.
      const returned = chain.again(chain.someone(NAMES[about]!), 1 + (chain.roster.seq % 4));
      const { leaf } = number === 0 ? author : other;
      const action = { type: "reseat", leafCert: chain.certOf(returned), leaf, after: ask ? null : person } as const;
      const proof = chain.reseatProof(number === 0 ? author : other, returned);
      return { by: returned, action, evidence: { proof }, external: !ask };
    }
    case "createInvite":
      return of({ type: "createInvite", invite });
    case "revokeInvite":
      return of({ type: "revokeInvite", inviteId: invite.inviteId });
    case "listedInvite":
      return of({ type: "createInvite", invite: chain.terms("list", { role, for: { class: "listed" } }) });
    case "allow":
      return of(chain.allowing(NAMES[number % 5]!, NAMES[about]!));
    case "disallow":
      return of(chain.disallowing(NAMES[about]!));
    case "joinListed": {
      // Now and then by a key that signed for somebody else.
      const ssh = chain.ssh(NAMES[number % 5]!, "list", ask ? author : other);
      const proof = chain.proof("list", other, "direct", ssh);
      return { by: other, action: chain.adding(other), evidence: { proof }, external: true };
    }
    case "transferOwnership":
      return of({ type: "transferOwnership", person });
    case "setRelay":
      return of({ type: kind, relay: movedTo(chain, number), n: about, logHead: chain.bytes("head") });
    case "setMirrors": {
      const relay = movedTo(chain, number);
      const copyId = chain.bytes(`copy ${about}`);
      const others = chain.roster.mirrors.filter((one) => !equalBytes(one.relay.publicKey, relay.publicKey));
      return of({ type: kind, mirrors: [...others.slice(number % 2), ...(ask ? [{ relay, copyId }] : [])] });
    }
    case "upgrade":
      return of({ type: "upgrade", version: chain.roster.version + Math.min(number, 2) });
    case "tick":
    case "resetTime":
    case "seal":
      return of({ type: kind });
  }
}

/** Another relay; now and then one at no address. */
function movedTo(chain: Chain, number: number): RelayIdentity {
  const address = number === 0 ? "no address" : `wss://relay-${String(number)}.test/relay`;
  return { publicKey: chain.bytes(`relay ${String(number)}`), address };
}

/** Somebody as they are in the room now, who may have taken their own place again. */
function presentOf(chain: Chain, name: string): Someone {
  const first = chain.someone(name);
  const all = [first, ...[1, 2, 3, 4].map((nth) => chain.again(first, nth))];
  return all.find(({ leaf }) => chain.roster.leaves.has(toHex(leaf))) ?? first;
}

function holdsAfter(before: Roster, { by, action }: Attempt, after: Transition): void {
  const { roster, removed, added } = after;
  const everyone = [...roster.members.values()];
  expect(roster.sealed || everyone.some((member) => member.role === "owner")).toBe(true);
  for (const { person, devices, lostSeq } of everyone) {
    const was = memberOf(before, person);
    const isLess = was?.devices.some(({ leaf }) => !devices.some((device) => equalBytes(device.leaf, leaf))) === true;
    expect(lostSeq).toBe(isLess ? roster.seq : (was?.lostSeq ?? 0));
  }
  const closed = [...roster.invites.values()].filter(({ closedSeq }) => closedSeq === roster.seq);
  expect(roster.generation - before.generation).toBe(removed.length > 0 || closed.length > 0 ? 1 : 0);
  // Whatever closes stays closed, and what is open still lets somebody in.
  const open = [...roster.invites.values()].filter(isInviteOpen);
  expect(open).toEqual([...roster.openInvites.values()]);
  for (const invite of open)
    expect([isSpent(invite, roster.chainTime), before.invites.get(toHex(invite.inviteId))?.closedSeq ?? 0]).toEqual([
      false,
      0,
    ]);
  expect(roster.seq).toBe(before.seq + 1);
  expect(roster.leaves.size).toBe(before.leaves.size + added.length - removed.length);
  expect(roster.leaves.size).toBe(everyone.reduce((sum, member) => sum + member.devices.length, 0));
  for (const invite of roster.invites.values()) expect(invite.uses).toBeLessThanOrEqual(inviteLimit(invite));
  // Nobody comes in by a key but once, and a used one stays used while it is listed.
  for (const [id, listed] of before.listedKeys) {
    const now = roster.listedKeys.get(id);
    if (listed.usedBy !== null) expect(now === undefined || now === listed).toBe(true);
    if (now === undefined) expect(roster.unlistedSeq).toBe(roster.seq);
  }
  const used = [...roster.listedKeys.values()].filter(({ usedSeq }) => usedSeq === roster.seq);
  expect(used.map(({ usedBy }) => usedBy)).toEqual(after.sshKey === null ? [] : [by.person]);
  if (after.sshKey !== null) expect(before.listedKeys.get(toHex(after.sshKey.key))).toBe(after.sshKey);
  // Nobody's role rises above that of the author, or of the one who made the invite.
  const author = memberOf(before, by.person);
  for (const member of everyone) {
    const was = memberOf(before, member.person);
    if (was !== null && isAtLeast(was.role, member.role)) continue;
    // A steward makes plain members, by others' yeses or an invite's.
    const role =
      author?.role === "steward" ? "member" : (author?.role ?? before.invites.get(toHex(after.inviteId!))!.role);
    expect(isAtLeast(role, member.role)).toBe(true);
  }
  // Only the action's own subject comes, goes or changes; policy and people never change together.
  const gone = [...before.members.keys()].filter((id) => !roster.members.has(id));
  const isOut = action.type === "remove" || action.type === "leave";
  const goes = isOut ? [action.person, ...stewardsOf(before, action.person).map(({ person }) => person)] : [];
  expect(gone.sort()).toEqual(goes.map((each) => toHex(each)).sort());
  // A steward has no say, stays what it is, and does three things only.
  const isSteward = author?.role === "steward";
  if (isSteward) expect(["add", "leave", "tick", "reseat"]).toContain(action.type);
  expect(after.approvedBy.every((each) => memberOf(before, each)?.role !== "steward")).toBe(true);
  for (const { person, role } of everyone) {
    const was = memberOf(before, person)?.role;
    if (was !== undefined) expect(was === "steward").toBe(role === "steward");
  }
  for (const { person } of everyone) expect(stewardsOf(roster, person).length).toBeLessThanOrEqual(4);
  const came = [...roster.members.keys()].filter((id) => !before.members.has(id));
  expect(came).toHaveLength(action.type === "add" ? 1 : 0);
  expect(equalBytes(roster.policyHash, before.policyHash)).toBe(action.type !== "setPolicy");
  // The room's time goes back by one action only, which leaves no link with an end.
  if (action.type === "resetTime") expect(open.every(({ notAfter }) => notAfter === null)).toBe(true);
  else expect(roster.chainTime).toBeGreaterThanOrEqual(before.chainTime);
  if (action.type !== "setRelay") expect(roster.relay).toEqual(before.relay);
  if (action.type === "setMirrors") expect(roster.mirrors).toEqual(action.mirrors);
  else expect(before.mirrors).toEqual(expect.arrayContaining([...roster.mirrors]));
  expect(roster.mirrors.some(({ relay }) => equalBytes(relay.publicKey, roster.relay.publicKey))).toBe(false);
  expect(roster.version - before.version).toBe(action.type === "upgrade" ? 1 : 0);
  if (before.sealed) expect([came, roster.sealed]).toEqual([[], true]);
}

function live(policy: Policy, steps: readonly Step[]): Chain {
  const chain = new Chain(crypto);
  chain.add("Bob", "admin");
  chain.add("Carol");
  chain.act(chain.alice, { type: "setPolicy", policy });
  const records = new Map<string, Uint8Array>(chain.transitions.flatMap((each) => each.delta.put));
  for (const each of steps) {
    chain.time += each.minutes * 60_000;
    chain.time = Math.max(chain.time, 0);
    const tried = attempt(chain, each);
    const { roster: before } = chain;
    const untouched = told(before);
    const outcome = chain.author(tried.by, tried.action, tried.evidence, tried.external);
    expect(told(before)).toBe(untouched);
    if (!outcome.ok) continue;
    const { entry, delta } = outcome.value;
    const carriage = {
      epoch: chain.epoch,
      transcript: chain.transcript,
      committer: tried.by.leaf,
      external: tried.external,
    };
    const decoded = decodeEntry(crypto, entry.bytes, chain.roster.version);
    const read = decoded.ok ? decoded.value : null;
    const loaded = loadRoster(crypto, records);
    expect(told(loaded)).toBe(untouched);
    const judged = evaluate(crypto, loaded, read!, carriage);
    expect(judged.ok && toldOf(judged.value)).toBe(toldOf(outcome.value));
    holdsAfter(before, tried, outcome.value);
    for (const [key, value] of delta.put) records.set(key, value);
    for (const key of delta.delete) records.delete(key);
    chain.take(outcome.value);
  }
  expect(told(loadRoster(crypto, records))).toBe(told(chain.roster));
  return chain;
}

/** Everything that a roster says, as one text. */
function told(roster: Roster): string {
  const records = [
    ...[...roster.members.values()].map(encodeMember),
    ...[...roster.invites.values()].map(encodeInvite),
    ...[...roster.former.values()].map(encodeFormer),
    ...[...roster.listedKeys.values()].map(encodeListedKey),
    encodeMeta(roster),
    encodeHead(roster),
    roster.stateHash,
    roster.policyHash,
  ];
  return [...records.map(toHex).sort(), ...[...roster.leaves].map(String).sort()].join("\n");
}

function bytesOf({ entry }: Transition): Uint8Array {
  return entry.bytes;
}

function toldOf({ roster, delta, entry, ...rest }: Transition): string {
  return [told(roster), toHex(entry.hash), JSON.stringify([delta, rest])].join("\n");
}

describe("whatever anybody tries", () => {
  for (const name of presets.slice(0, 5))
    it(`${name}: no step breaks what must hold, and all who judge agree`, { timeout: 120_000 }, () => {
      let accepted = 0;
      fc.assert(
        fc.property(fc.array(step, { minLength: 10, maxLength: 30 }), (steps) => {
          const chain = live(preset(name), steps);
          accepted += chain.transitions.length - 4;
          const known = chain.transitions.filter(({ roster }) => roster.version <= ROOM_VERSION);
          const replayed = replay(crypto, known.map(bytesOf), chain.roster.roomId);
          expect(replayed.ok && told(replayed.value.roster)).toBe(told(known.at(-1)!.roster));
          if (known.length === chain.transitions.length) return;
          expect(verdict(replay(crypto, chain.transitions.map(bytesOf), chain.roster.roomId))).toBe("update_needed");
        }),
        { numRuns: 16, seed: 7 },
      );
      // A property over refusals alone would prove little.
      expect(accepted).toBeGreaterThan(30);
    });

  it("RULE entry.signature: an entry with a bit changed is refused", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    const outcome = chain.author(chain.alice, { type: "setRole", person: bob.person, role: "admin" });
    if (!outcome.ok) throw new Error("refused");
    const { bytes } = outcome.value.entry;
    const carriage = { epoch: chain.epoch, transcript: chain.transcript, committer: chain.alice.leaf, external: false };
    let judged = 0;
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const decoded = decodeEntry(crypto, changed, ROOM_VERSION);
      if (!decoded.ok) continue;
      judged++;
      expect(verdict(evaluate(crypto, chain.roster, decoded.value, carriage))).toBe("bad_signature");
    }
    expect(judged).toBeGreaterThan(bytes.length / 2);
  });

  it("bytes that nobody signed never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const decoded = decodeEntry(crypto, bytes, ROOM_VERSION);
        expect(decoded.ok).toBe(false);
      }),
    );
  });
});
