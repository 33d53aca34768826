import type { ClientFrame } from "@conclave/wire";
import { type Action, preset } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { type Home, World } from "./world.js";

/** Three admins, of whom two decide, and Mallory. */
async function council(world: World): Promise<[Home, Home, Home, Home]> {
  const homes = ["Alice", "Bob", "Carol", "Mallory"].map(() => world.home()) as [Home, Home, Home, Home];
  const [alice, bob, carol, mallory] = homes;
  for (const home of homes) await home.open();
  await alice.found("Garden", "Alice");
  const link = await alice.invite("direct", 10);
  await bob.join(link, "Bob");
  await carol.join(link, "Carol");
  await mallory.join(link, "Mallory");
  for (const { client } of [bob, carol])
    await world.get(alice.room.decide({ type: "setRole", person: client.person, role: "admin" }));
  await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
  await world.until(() => new Set(homes.map(({ room }) => room.status().n)).size === 1);
  return homes;
}

/** The relay loses every message from now on: proposals and approvals, which it cannot tell from others, among them. */
function loseMessages(world: World): void {
  world.sendsChanged = true;
  world.beforeFrames = (_home, frames) => {
    const kept = frames.filter((frame) => frame.type !== "append" || frame.kind !== "message");
    (frames as ClientFrame[]).splice(0, frames.length, ...kept);
    return undefined;
  };
}

const asked = ({ room }: Home) => room.proposals()[0]!;
const refusal = (code: string) => ({ ok: false, error: { kind: "refused", rejection: { code } } });

describe("approvals by file", () => {
  let world: World;
  let homes: [Home, Home, Home, Home];
  let removal: Action;
  beforeEach(async () => {
    world = new World();
    homes = await council(world);
    removal = { type: "remove", person: homes[3].client.person, ban: false };
  });

  it("A56: a relay that drops every proposal and every approval keeps two admins of three from nothing: one file decides", async () => {
    const [alice, bob, carol, mallory] = homes;
    loseMessages(world);
    expect(await world.get(alice.room.decide(removal))).toMatchObject({ done: false, have: 1, need: 2 });
    await world.pass(600_000);
    // Nobody hears of it.
    for (const { room } of [bob, carol]) expect(room.proposals()).toEqual([]);
    const letter = await world.get(alice.room.exportApproval(asked(alice).actionHash));
    const imported = await world.get(bob.room.importApproval(letter));
    expect(imported).toMatchObject({ by: { name: "Alice" }, progress: { done: false, have: 1, need: 2 } });
    // What was imported is not carried out by itself: Bob has not agreed.
    await world.pass(600_000);
    expect(bob.room.members()).toHaveLength(4);
    expect(asked(bob)).toMatchObject({ by: { name: "Alice" }, isAsked: true, approvedBy: [{ name: "Alice" }] });
    const items = await world.run(bob.room.timeline({ limit: 100 }));
    expect(items.filter(({ kind }) => kind === "proposal")).toHaveLength(1);
    expect(await world.get(bob.room.approve(imported.actionHash))).toMatchObject({ done: true });
    await world.until(() => [alice, carol].every(({ room }) => room.members().length === 3));
    expect(mallory.room.status().standing).toBe("removed");
    const decision = carol.room.decisions().at(-1);
    expect(decision).toMatchObject({ by: { name: "Bob" }, right: { approvedBy: [{ name: "Alice" }] } });
    // It serves once.
    expect(await world.run(carol.room.importApproval(letter))).toMatchObject(refusal("letter_void"));
  });

  it("A56: the file of who agrees decides too, at the device of who asked", async () => {
    const [alice, bob, carol] = homes;
    await world.get(alice.room.decide(removal));
    await world.until(() => bob.room.proposals().length === 1 && carol.room.proposals().length === 1);
    const { actionHash } = asked(bob);
    loseMessages(world);
    const letter = await world.get(bob.room.exportApproval(actionHash));
    // Bob asks for it too from now on, so that he can take it back.
    expect(asked(bob)).toMatchObject({ by: { isYou: true }, approvedBy: [{ name: "Alice" }, { name: "Bob" }] });
    bob.kill();
    world.cut();
    await world.pass(600_000);
    expect(asked(alice)).toMatchObject({ approvedBy: [{ name: "Alice" }] });
    expect(await world.get(alice.room.importApproval(letter))).toMatchObject({
      by: { name: "Bob" },
      progress: { done: true },
    });
    await world.until(() => carol.room.members().length === 3);
  });

  it("A56: without any connection an approval is given by file all the same, and the relay gets it later", async () => {
    const [alice, bob, carol] = homes;
    await world.get(alice.room.decide(removal));
    await world.until(() => bob.room.proposals().length === 1);
    const { actionHash } = asked(bob);
    bob.kill();
    world.cut();
    world.isDown = true;
    await bob.open();
    const letter = await world.get(bob.room.exportApproval(actionHash));
    // Each export is a new letter of the same approval.
    expect(await world.get(bob.room.exportApproval(actionHash))).not.toBe(letter);
    // Carol has not agreed: for her it only counts.
    expect(await world.get(carol.room.importApproval(letter))).toMatchObject({
      progress: { done: false, have: 2, need: 2 },
    });
    world.isDown = false;
    await world.until(() => homes.slice(0, 3).every(({ room }) => room.members().length === 3));
  });

  it("A151: an approval that was taken back does not come again by its file, nor does it after a restart", async () => {
    const [alice, bob, carol] = homes;
    await world.get(alice.room.decide(removal));
    await world.until(() => homes.slice(1, 3).every(({ room }) => room.proposals().length === 1));
    const { actionHash } = asked(bob);
    const letter = await world.get(bob.room.exportApproval(actionHash));
    await world.get(bob.room.flushed(10_000));
    await world.get(bob.room.withdrawProposal(actionHash));
    await world.get(bob.room.flushed(10_000));
    await world.until(() => asked(carol).approvedBy.length === 1);
    expect(await world.run(carol.room.importApproval(letter))).toMatchObject(refusal("letter_taken_back"));
    carol.kill();
    await carol.open();
    await world.get(carol.room.synced(60_000));
    expect(await world.run(carol.room.importApproval(letter))).toMatchObject(refusal("letter_taken_back"));
    expect(asked(alice)).toMatchObject({ approvedBy: [{ name: "Alice" }] });
    // A new one counts.
    const again = await world.get(bob.room.exportApproval(actionHash));
    expect(await world.get(alice.room.importApproval(again))).toMatchObject({ progress: { done: true } });
  });

  it("a file counts in no other room, and nowhere twice; who is leaving counts none", async () => {
    const [alice, bob, carol] = homes;
    const dan = world.home();
    await dan.open();
    await dan.found("Orchard", "Dan");
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("everyone") }));
    const letter = await world.get(alice.room.exportApproval(asked(alice).actionHash));
    await world.until(() => bob.room.proposals().length === 1 && asked(bob).approvedBy.length === 1);
    expect(await world.run(dan.room.importApproval(letter))).toMatchObject(refusal("letter_wrong_room"));
    expect(await world.run(bob.room.importApproval(letter))).toMatchObject(refusal("already_so"));
    expect(await world.run(alice.room.importApproval(letter))).toMatchObject(refusal("already_so"));
    await world.get(carol.room.leave());
    expect(await world.run(carol.room.importApproval(letter))).toMatchObject({ ok: false, error: { kind: "leaving" } });
    expect(await world.run(carol.room.exportApproval(asked(bob).actionHash))).toMatchObject({
      error: { kind: "leaving" },
    });
  });
});
