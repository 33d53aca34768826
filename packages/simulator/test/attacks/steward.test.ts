import { toHex } from "@conclave/codec";
import {
  type Action,
  actionHash,
  certifyLeaf,
  encodeAction,
  type Entry,
  NO_EVIDENCE,
  preset,
} from "@conclave/protocol";
import { signApproval } from "@conclave/protocol/testing";
import { describe, expect, it, vi } from "vitest";
import { granted, openStored, type SimulatedDevice, World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { Outsider } from "../hostile/outsider.js";
import { alarmsOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

/** Alice's room, Bob in it as an admin, and a steward of hers. */
async function withSteward(world: World): Promise<[SimulatedDevice, SimulatedDevice, SimulatedDevice]> {
  const [alice, bob] = (await world.roomOf(["Alice", "Bob"])) as [SimulatedDevice, SimulatedDevice];
  granted(await world.finish(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" })));
  const stew = await world.device("Stew");
  const { link } = await world.invite(alice);
  const invited = granted(await world.finish(stew.client.previewInvite(link)));
  granted(await world.finish(invited.accept("Stew", "", { asSteward: true })));
  const [asked] = granted(await world.finish(alice.room.requests()));
  granted(await world.finish(alice.room.admit(asked!.id)));
  await world.until(() => stew.room.status().standing === "member");
  await world.inStep();
  await world.pass(30_000);
  return [alice, bob, stew];
}

/**
 * Who is in the room and as what, and what holds there. (The steward's own device finds out that somebody else signs with its keys, and
 * takes its place again.)
 */
function decidedIn({ room }: SimulatedDevice): object {
  const members = room.members().map(({ person, name, role, devices }) => [toHex(person), name, role, devices]);
  const invites = room.invites().map(({ inviteId, isOpen, uses }) => [toHex(inviteId), isOpen, uses]);
  return {
    title: room.title,
    members,
    invites,
    policy: room.policy(),
    isSealed: room.isSealed(),
  };
}

/** What a message says of the log that its sender has read. */
function logOf(world: World, { records }: HostileMember) {
  return { log: openStored(world.crypto, records).room.cursor };
}

/** Has the relay take commits that a thief of the steward's keys makes, and gives the members' refusals. */
async function refusals(
  world: World,
  { victims, stew }: { readonly victims: readonly SimulatedDevice[]; readonly stew: SimulatedDevice },
  lies: readonly { readonly action: Action; readonly evidence?: Entry["evidence"]; readonly add?: boolean }[],
): Promise<string[]> {
  const codes: string[] = [];
  for (const { action, evidence = NO_EVIDENCE } of lies) {
    const thief = new HostileMember(world, stew);
    const target = "person" in action ? thief.leafIndexOf(action.person) : null;
    const isRemoval = action.type === "remove" || action.type === "leave";
    const proposals = isRemoval && target !== null ? [{ type: "remove", removed: target } as const] : [];
    const before = alarmsOf(victims[0]!).length;
    world.relay.forge(thief.roomTag, thief.commit({ lie: { action, evidence }, proposals }));
    await world.pass(20_000);
    codes.push(alarmsOf(victims[0]!).slice(before).join() || alarmsOf(victims[0]!).at(-1)!);
  }
  return codes;
}

describe("attacks with a steward", () => {
  it("A122: a thief of its keys admits, removes, promotes and changes nothing, and invites nobody (A99)", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, stew] = await withSteward(world);
    const { person } = bob.client;
    const guest = new Outsider(world, "Guest");
    const leafCert = certifyLeaf(world.crypto, guest.device, {
      roomId: alice.room.id,
      leaf: new HostileMember(world, stew).leaf,
      name: "Guest",
    });
    const { roster } = new HostileMember(world, stew);
    const [open] = [...roster.openInvites.values()];
    const actions: Action[] = [
      { type: "remove", person, ban: false },
      { type: "setRole", person: stew.client.person, role: "admin" },
      { type: "setRole", person, role: "member" },
      { type: "setPolicy", policy: preset("open") },
      { type: "setTitle", title: "Mine" },
      { type: "createInvite", invite: { ...open!, mode: "auto" } },
      { type: "revokeInvite", inviteId: open!.inviteId },
      { type: "seal" },
      { type: "resetTime" },
      { type: "upgrade", version: roster.version + 1 },
      { type: "transferOwnership", person },
    ];
    const before = [alice, bob].map(decidedIn);
    const codes = await refusals(
      world,
      { victims: [alice, bob], stew },
      actions.map((action) => ({ action })),
    );
    expect(codes).toEqual(actions.map(() => "REFUSED_CHANGE not_allowed"));
    expect([alice, bob].map(decidedIn)).toEqual(before);
    // Letting somebody in, sending somebody off, and the time, are its affair: by others' word alone.
    const affairs: Action[] = [{ type: "add", leafCert, role: "admin" }, { type: "leave", person }, { type: "tick" }];
    expect(
      await refusals(
        world,
        { victims: [alice, bob], stew },
        affairs.map((action) => ({ action })),
      ),
    ).toEqual(["REFUSED_CHANGE above_own_role", "REFUSED_CHANGE bad_farewell", "REFUSED_CHANGE invalid_action"]);
    expect([alice, bob].map(decidedIn)).toEqual(before);
    await talk(world, alice, bob);
  });

  it("A122: RULE steward.asks-nobody: what it proposes and approves is shown to nobody, and counts for nothing", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, stew] = await withSteward(world);
    granted(await world.finish(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") })));
    const { person } = bob.client;
    const action = { type: "setRole", person, role: "member" } as const;
    const thief = new HostileMember(world, stew);
    const proposal = { kind: "proposal", body: encodeAction(action), ...logOf(world, thief) };
    world.relay.inject(thief.roomTag, thief.message(proposal));
    await world.pass(5000);
    expect([alice.room.proposals(), bob.room.proposals()]).toEqual([[], []]);
    // Alice asks for the same: her yes is one of two, and the steward's is none.
    granted(await world.finish(alice.room.decide(action)));
    await world.inStep();
    const other = new HostileMember(world, stew);
    const approval = signApproval(world.crypto, other.leafSeed, {
      ...{ roomId: other.roomId, actionHash: actionHash(world.crypto, action, alice.client.person) },
      ...{ baseSeq: other.roster.seq, maxSeq: other.roster.seq + 100, policyHash: other.roster.policyHash },
      ...{ person: other.person, leaf: other.leaf },
    });
    world.relay.inject(other.roomTag, other.message({ kind: "approval", body: approval, ...logOf(world, other) }));
    await world.pass(60_000);
    expect(alice.room.proposals()).toMatchObject([{ have: 1, need: 2, approvedBy: [{ name: "Alice" }] }]);
    expect(bob.room.members().find((each) => each.name === "Bob")).toMatchObject({ role: "admin" });
  });
});
