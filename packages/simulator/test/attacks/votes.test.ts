import { type Action, actionHash, type Entry, NO_EVIDENCE, type Policy, preset } from "@conclave/protocol";
import { signApproval } from "@conclave/protocol/testing";
import { describe, expect, it, vi } from "vitest";
import { granted, type SimulatedDevice, World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

/** A member's yes to this action by this author, signed whatever their client thinks of it. */
function yesOf(world: World, member: HostileMember, action: Action, author: SimulatedDevice): Uint8Array {
  const { roster, roomId, person, leaf } = member;
  return signApproval(world.crypto, member.leafSeed, {
    ...{ roomId, actionHash: actionHash(world.crypto, action, author.client.person), person, leaf },
    ...{ baseSeq: roster.seq, maxSeq: roster.seq + 100, policyHash: roster.policyHash },
  });
}

/**
 * Has the relay take commits with these entries, by somebody's keys in a program that asks nobody, and gives what each of the others
 * refused. (Their own app is gone meanwhile: it would find that somebody else uses its keys.)
 */
async function force(
  world: World,
  by: SimulatedDevice,
  victims: readonly SimulatedDevice[],
  lies: readonly { readonly action: Action; readonly approvals?: Entry["evidence"]["approvals"] }[],
): Promise<string[][]> {
  const hostile = new HostileMember(world, by);
  const commits = lies.map(({ action, approvals = [] }) => {
    const isRemoval = action.type === "remove";
    const proposals = isRemoval ? [{ type: "remove" as const, removed: hostile.leafIndexOf(action.person) }] : [];
    return hostile.commit({ lie: { action, evidence: { ...NO_EVIDENCE, approvals } }, proposals });
  });
  const tag = world.tagOf(by);
  by.crash();
  const states = victims.map((each) => stateOf(world, each));
  const before = victims.map((each) => alarmsOf(each).length);
  for (const commit of commits) {
    world.relay.forge(tag, commit);
    await world.pass(3000);
  }
  expect(victims.map((each) => stateOf(world, each))).toEqual(states);
  return victims.map((each, at) => alarmsOf(each).slice(before[at]));
}

const removalOf = (device: SimulatedDevice) => ({ type: "remove", person: device.client.person, ban: false }) as const;

async function makeAdmin(world: World, by: SimulatedDevice, device: SimulatedDevice): Promise<void> {
  granted(await world.finish(by.room.decide({ type: "setRole", person: device.client.person, role: "admin" })));
  await world.inStep();
}

/** The last decision as somebody sees it: what was done, by whom, and who agreed. */
function lastAt({ room }: SimulatedDevice) {
  const { action, by, person, right } = room.decisions().at(-1)!;
  const approvedBy = right.approvedBy.map(({ name }) => name);
  return { type: action.type, by: by.name, person: person?.name ?? null, approvedBy };
}

describe("attacks by those who vote and decide", () => {
  it("A46: RULE rule.tenure: puppets that fill an open room neither vote nor are counted, however many come, until those who vote have decided for long enough", async () => {
    const { rules, settings } = preset("owner");
    const majority = { kind: "majority" } as const;
    const policy: Policy = {
      rules: { ...rules, remove: majority, setRole: majority, setPolicy: majority },
      settings: { ...settings, minTenure: 6 },
    };
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = (await world.roomOf(["Alice", "Bob", "Carol"], policy)) as [
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
    ];
    const title = (n: number) =>
      world.finish(alice.room.decide({ type: "setTitle", title: `Garden club ${String(n)}` })).then(granted);
    for (let n = 0; n < 6; n++) await title(n);
    await world.inStep();
    // By now Bob's and Carol's yeses count.
    const link = alice.room.inviteLink(alice.room.invites()[0]!.inviteId, "chat.test")!;
    const puppets: SimulatedDevice[] = [];
    for (let n = 1; n <= 14; n++) {
      const puppet = await world.device(`Puppet ${String(n)}`);
      await world.join(puppet, link);
      puppets.push(puppet);
    }
    await world.inStep();
    const grab = { type: "setPolicy", policy: preset("open") } as const;
    const [first, ...others] = puppets as [SimulatedDevice, ...SimulatedDevice[]];
    expect(await world.finish(first.room.decide(grab))).toMatchObject({
      error: { kind: "refused", rejection: { code: "not_allowed" } },
    });
    await world.inStep();
    // All of them agree, in a program that asks nobody, and remove people.
    const yeses = (action: Action) => others.map((each) => yesOf(world, new HostileMember(world, each), action, first));
    const theirs = removalOf(first);
    const lies = [grab, removalOf(carol)].map((action) => ({ action, approvals: yeses(action) }));
    expect(await force(world, first, [alice, bob], lies)).toEqual(
      [alice, bob].map(() => lies.map(() => "REFUSED_CHANGE not_allowed")),
    );
    expect([alice, bob, carol].flatMap(({ room }) => room.proposals())).toEqual([]);
    // The three go on deciding, in spite of them.
    granted(await world.finish(alice.room.decide(theirs)));
    granted(await world.finish(alice.room.flushed(60_000)));
    await world.inStep([alice, bob, carol]);
    const [removal] = bob.room.proposals().filter(({ action }) => action.type === "remove");
    expect(granted(await world.finish(bob.room.approve(removal!.actionHash)))).toMatchObject({ done: true });
    await world.inStep([alice, bob, carol]);
    expect(namesOf(carol)).not.toContain("Puppet 1");
    expect(lastAt(carol)).toEqual({ type: "remove", by: "Bob", person: "Puppet 1", approvedBy: ["Alice"] });
  });

  it("A52: an admin who may let people in lets in a spy in the open: by name, from then on only; where two must agree, alone not at all", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, mallory] = (await world.roomOf(["Alice", "Bob", "Mallory"], preset("open"))) as [
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
    ];
    await makeAdmin(world, alice, mallory);
    await world.say(alice, "before the spy");
    const { link } = await world.invite(mallory, { mode: "ask", label: "for a friend" });
    const spy = await world.device("Spy");
    granted(await world.finish(granted(await world.finish(spy.client.previewInvite(link))).accept("Spy")));
    const [asked] = granted(await world.finish(mallory.room.requests()));
    granted(await world.finish(mallory.room.admit(asked!.id)));
    await world.until(() => spy.room.status().standing === "member");
    await world.inStep();
    for (const device of [alice, bob]) {
      const items = await world.finish(device.room.timeline());
      const lines = items.flatMap((item) => (item.kind === "decision" ? [item.decision] : []));
      expect(lines.at(-1)).toMatchObject({
        ...{ action: { type: "add" }, by: { name: "Mallory" }, person: { name: "Spy" } },
        right: { role: "admin", invite: { by: { name: "Mallory" } } },
      });
      expect(device.room.members().find(({ name }) => name === "Spy")).toMatchObject({ role: "member" });
    }
    await world.say(alice, "who is that?");
    await world.inStep();
    expect(await world.texts(spy)).toEqual(["Alice: who is that?"]);
    // The same where two admins must agree.
    granted(await world.finish(alice.room.decide(removalOf(spy))));
    await makeAdmin(world, alice, bob);
    const { link: other } = await world.invite(alice, { mode: "ask" });
    granted(await world.finish(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") })));
    await world.inStep([alice, bob, mallory]);
    const second = await world.device("Second spy");
    granted(await world.finish(granted(await world.finish(second.client.previewInvite(other))).accept("Second spy")));
    const [again] = granted(await world.finish(mallory.room.requests()));
    expect(granted(await world.finish(mallory.room.admit(again!.id)))).toMatchObject({ done: false, have: 1, need: 2 });
    await world.pass(60_000);
    await world.inStep([alice, bob, mallory]);
    const refusals = await force(world, mallory, [alice, bob], [{ action: again!.action }]);
    expect(refusals).toEqual([alice, bob].map(() => ["REFUSED_CHANGE approvals_missing"]));
    expect(namesOf(alice)).toEqual(["Alice", "Bob", "Mallory"]);
    expect(second.room.status().standing).toBe("asking");
    await talk(world, alice, bob);
  });

  it("A53: an admin who removes one after another is stopped where the rules say so, at every member, and is removed; the others keep what they have", async () => {
    const { rules, settings } = preset("open");
    const policy: Policy = { rules, settings: { ...settings, removals: { count: 2, entries: 5 } } };
    const world = new World({ isRelayHonest: false });
    const names = ["Alice", "Mallory", "Bob", "Carol", "Dave"];
    const [alice, mallory, bob, carol, dave] = (await world.roomOf(names, policy)) as [
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
    ];
    await makeAdmin(world, alice, mallory);
    await world.say(alice, "hello all");
    await world.inStep();
    for (const device of [bob, carol]) {
      granted(await world.finish(mallory.room.decide(removalOf(device))));
      await world.inStep([alice, mallory, dave]);
      expect(lastAt(dave)).toEqual({ type: "remove", by: "Mallory", person: device.name, approvedBy: [] });
    }
    const limited = { ok: false, error: { kind: "refused", rejection: { code: "rate_limited" } } };
    expect(await world.finish(mallory.room.decide(removalOf(dave)))).toMatchObject(limited);
    // Her own entries bring her no further, nor does another program.
    for (let n = 0; n < 6; n++)
      granted(await world.finish(mallory.room.decide({ type: "setTitle", title: `Mine ${String(n)}` })));
    await world.inStep([alice, mallory, dave]);
    const hers = removalOf(mallory);
    const lies = [removalOf(dave), removalOf(alice)].map((action) => ({ action }));
    expect(await force(world, mallory, [alice, dave], lies)).toEqual(
      [alice, dave].map(() => ["REFUSED_CHANGE rate_limited", "REFUSED_CHANGE above_own_role"]),
    );
    granted(await world.finish(alice.room.decide(hers)));
    await world.inStep([alice, dave]);
    expect(namesOf(dave)).toEqual(["Alice", "Dave"]);
    // Who was removed keeps what they have read, learns who it was, and comes back by the owner's word.
    expect(bob.room.status().standing).toBe("removed");
    expect(await world.texts(bob)).toEqual(["Alice: hello all"]);
    expect(lastAt(bob)).toEqual({ type: "remove", by: "Mallory", person: "Bob", approvedBy: [] });
    const { link } = await world.invite(alice);
    await world.join(bob, link);
    await world.inStep([alice, bob, dave]);
    await talk(world, alice, bob);
  });

  it("A116: RULE approval.author: a yes to the owner's handing the room over serves no other owner, and nobody else to hand it to, whatever program sends it", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, mallory, bob, dave] = (await world.roomOf(["Alice", "Mallory", "Bob", "Dave"])) as [
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
    ];
    await makeAdmin(world, alice, bob);
    granted(await world.finish(alice.room.decide({ type: "setRole", person: mallory.client.person, role: "owner" })));
    granted(await world.finish(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") })));
    await world.inStep();
    const handOver = { type: "transferOwnership", person: dave.client.person } as const;
    granted(await world.finish(alice.room.decide(handOver)));
    granted(await world.finish(alice.room.flushed(60_000)));
    await world.inStep();
    // Bob's yes is in Mallory's hands before Alice has used it.
    const [asked] = bob.room.proposals();
    const yes = yesOf(world, new HostileMember(world, bob), handOver, alice);
    const lies = [handOver, { ...handOver, person: mallory.client.person }].map((action) => ({
      ...{ action, approvals: [yes] },
    }));
    expect(await force(world, mallory, [alice, bob, dave], lies)).toEqual(
      [alice, bob, dave].map(() => lies.map(() => "REFUSED_CHANGE bad_approval")),
    );
    granted(await world.finish(bob.room.approve(asked!.actionHash)));
    await world.until(() => lastAt(bob).type === "transferOwnership");
    await world.inStep([alice, bob, dave]);
    expect(lastAt(dave)).toEqual({ type: "transferOwnership", by: "Alice", person: "Dave", approvedBy: ["Bob"] });
    await talk(world, bob, dave);
  });

  it("A57: who says yes to some and no to others: their newest word counts, and what it decides is decided for all, with their signed yes", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol, dave] = (await world.roomOf(["Alice", "Bob", "Carol", "Dave"])) as [
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
    ];
    for (const device of [bob, carol]) await makeAdmin(world, alice, device);
    granted(await world.finish(alice.room.decide({ type: "setPolicy", policy: preset("admins:3") })));
    granted(await world.finish(alice.room.decide(removalOf(dave))));
    granted(await world.finish(alice.room.flushed(60_000)));
    await world.inStep();
    const { actionHash } = bob.room.proposals()[0]!;
    const seen = ({ room }: SimulatedDevice) => {
      const [{ approvedBy, declinedBy }] = room.proposals() as [ReturnType<typeof room.proposals>[number]];
      return { yes: approvedBy.map(({ name }) => name), no: declinedBy.map(({ name }) => name) };
    };
    // Bob gives Alice a yes in a file, and tells the room no.
    const early = granted(await world.finish(bob.room.exportApproval(actionHash)));
    granted(await world.finish(bob.room.withdrawProposal(actionHash)));
    granted(await world.finish(bob.room.declineProposal(actionHash)));
    granted(await world.finish(bob.room.flushed(60_000)));
    await world.inStep();
    for (const device of [alice, carol]) expect(seen(device)).toEqual({ yes: ["Alice"], no: ["Bob"] });
    expect(await world.finish(alice.room.importApproval(early))).toMatchObject({
      error: { kind: "refused", rejection: { code: "letter_taken_back" } },
    });
    // Then he changes his mind, and lets only Alice know.
    world.relay.tamper({ request: (node, frame) => (node === "Bob" && frame.type === "append" ? [] : [frame]) });
    const late = granted(await world.finish(bob.room.exportApproval(actionHash)));
    granted(await world.finish(alice.room.importApproval(late)));
    expect(seen(alice)).toEqual({ yes: ["Alice", "Bob"], no: [] });
    expect(seen(carol)).toEqual({ yes: ["Alice"], no: ["Bob"] });
    granted(await world.finish(carol.room.approve(actionHash)));
    await world.until(() => namesOf(carol).length === 3);
    await world.inStep([alice, carol]);
    const decided = { type: "remove", by: "Alice", person: "Dave", approvedBy: ["Bob", "Carol"] };
    for (const device of [alice, bob, carol]) expect(lastAt(device)).toEqual(decided);
    expect(new Set([alice, bob, carol].map(({ room }) => room.roomCode())).size).toBe(1);
    expect([alice, carol].flatMap(alarmsOf)).toEqual([]);
    // The yes serves once, and what was decided stands whatever Bob says now.
    expect(await world.finish(carol.room.importApproval(late))).toMatchObject({
      error: { kind: "refused", rejection: { code: "letter_void" } },
    });
    world.relay.tamper(null);
    world.network.disconnect("Bob");
    await world.pass(20_000);
    await world.inStep([alice, bob, carol]);
    expect([alice, carol].flatMap(({ room }) => room.proposals())).toEqual([]);
    await talk(world, alice, bob);
  });
});
