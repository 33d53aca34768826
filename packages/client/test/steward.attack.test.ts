import { preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { giveSlotProof } from "../src/joining/slotProof.js";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A steward of this home's person, let in by a link of theirs. */
async function stewardOf(world: World, sponsor: Home, name = "Stew", link?: string): Promise<Home> {
  const stew = world.home();
  await stew.open();
  const session = await stew.join(link ?? (await sponsor.invite("direct")), name, "", { asSteward: true });
  expect(session.status().standing).toBe("asking");
  await world.pass(5000);
  const asked = (await world.get(sponsor.room.requests())).find((request) => request.name === name)!;
  expect(asked).toMatchObject({ name, role: "steward", can: "alone" });
  await world.get(sponsor.room.admit(asked.id));
  await world.until(() => stew.room.status().standing === "member");
  return stew;
}

const rolesIn = ({ room }: Home) =>
  Object.fromEntries(
    room
      .members()
      .map(({ name, role }) => [name, role] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const decided = ({ room }: Home) => room.decisions().map(({ action, by }) => `${by.name}: ${action.type}`);

async function away(world: World, ...homes: Home[]): Promise<void> {
  for (const home of homes) {
    await world.get(home.room.flushed(10_000));
    await world.run(home.client.close());
  }
}

describe("a steward", () => {
  it("RULE client.steward-asked: is let in as a steward and as nothing else, by any link, and everybody sees it", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    await world.until(() => bob.room.members().length === 3);
    for (const home of [alice, bob, stew])
      expect(rolesIn(home)).toEqual({ Alice: "owner", Bob: "member", Stew: "steward" });
    expect(bob.room.decisions().at(-1)).toMatchObject({
      action: { type: "add", role: "steward" },
      by: { name: "Alice" },
    });
    // Nobody's link was used up by it.
    expect(alice.room.invites().map(({ uses }) => uses)).toEqual([0, 1]);
    // Somebody who asks to be a member does not become one by this.
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite("ask"), "Carol");
    await world.pass(5000);
    expect(await world.get(alice.room.requests())).toMatchObject([{ name: "Carol", role: "member" }]);
    expect(await world.get(stew.room.requests())).toMatchObject([{ name: "Carol", can: "no" }]);
  });

  it("carries out at night who says farewell, and who comes by an auto link, whose slot gives nothing to enter by", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    const link = await alice.invite("auto", 1);
    await world.pass(MINUTE);
    await away(world, alice);
    await world.get(bob.room.leave());
    await away(world, bob);
    await world.until(() => !Object.keys(rolesIn(stew)).includes("Bob"));
    const carol = world.home();
    await carol.open();
    const before = world.clock.now();
    await carol.join(link, "Carol");
    await world.until(() => carol.room.status().standing === "member");
    expect(world.clock.now() - before).toBeLessThan(10_000);
    expect(decided(carol).slice(-2)).toEqual(["Stew: leave", "Stew: add"]);
    expect(carol.room.decisions().at(-1)!.right.invite).toMatchObject({ isAuto: true, by: { name: "Alice" } });
    expect(rolesIn(carol)).toEqual({ Alice: "owner", Carol: "member", Stew: "steward" });
    // The request is gone from the relay, and the link is used up.
    expect(await world.get(stew.room.requests())).toEqual([]);
    expect(stew.room.invites().find(({ mode }) => mode === "auto")).toMatchObject({ uses: 1, isOpen: false });
    await alice.open();
    await world.until(() => alice.room.members().length === 3);
    await world.get(alice.room.send("good morning"));
    await world.until(() => carol.room.status().isConfirmed);
  });

  it("A99: RULE steward.carries-out: what people agreed to, whoever is away; never by its own yes", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    const link = await alice.invite("ask");
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.pass(5000);
    const asked = (await world.get(alice.room.requests())).find(({ name }) => name === "Carol")!;
    expect(await world.get(alice.room.admit(asked.id))).toMatchObject({ done: false, have: 1, need: 2 });
    await away(world, alice);
    await world.pass(5 * MINUTE);
    // One yes of two: nothing is done, and the steward is not asked for the other.
    expect(stew.room.members()).toHaveLength(3);
    expect(stew.room.proposals()).toMatchObject([{ isAsked: false }]);
    // Bob approves, and his device goes before it can carry it out.
    world.beforeFrames = (home, frames) =>
      home === bob && frames.some((frame) => frame.type === "append" && frame.kind === "commit")
        ? new Promise<void>(() => undefined)
        : undefined;
    const { actionHash } = bob.room.proposals()[0]!;
    void bob.room.approve(actionHash);
    await world.until(() => stew.room.members().length === 4);
    bob.kill();
    expect(stew.room.decisions().at(-1)).toMatchObject({
      action: { type: "add" },
      by: { name: "Stew" },
      right: { role: "steward", approvedBy: [{ name: "Alice" }, { name: "Bob" }] },
    });
    await world.until(() => carol.room.status().standing === "member");
  });

  it("is let in by two who decide together, though each lets it in by themselves: the second yes is for the first one's", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    const link = await alice.invite("ask");
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    const stew = world.home();
    await stew.open();
    await stew.join(link, "Stew", "", { asSteward: true });
    await world.pass(5000);
    const [asked] = await world.get(alice.room.requests());
    expect(await world.get(alice.room.admit(asked!.id))).toMatchObject({ done: false, have: 1, need: 2 });
    await world.until(() => bob.room.proposals().length === 1);
    await world.get(bob.room.requests());
    await world.get(bob.room.admit(asked!.id));
    await world.until(() => stew.room.status().standing === "member");
    // Whose steward it is does not change: it goes with Alice.
    expect(bob.room.decisions().at(-1)).toMatchObject({
      ...{ action: { type: "add", role: "steward" }, by: { name: "Alice" } },
      right: { approvedBy: [{ name: "Bob" }] },
    });
    expect(bob.room.proposals()).toEqual([]);
  });

  it("A99: invites nobody, asks nobody for anything, and lets nobody in twice", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    const made = await world.run(
      stew.room.createInvite({ label: "x", for: { class: "single" }, notAfter: null, mode: "auto" }),
    );
    expect(made).toMatchObject({ ok: false, error: { rejection: { code: "not_allowed" } } });
    const link = await alice.invite("auto", 1);
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.until(() => carol.room.status().standing === "member");
    await world.get(alice.room.decide({ type: "remove", person: carol.client.person, ban: false }));
    const seq = () => stew.room.status().seq;
    await world.until(() => seq() === alice.room.status().seq);
    const after = seq();
    await world.pass(2 * DAY);
    expect([seq(), alice.room.proposals(), stew.room.proposals()]).toEqual([after, [], []]);
  });

  it("closes a link when its time is over, by its clock and the relay's", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    const end = world.clock.now() + 2 * DAY;
    await alice.invite("direct", 5, end);
    await away(world, alice);
    const timed = () => stew.room.invites().find(({ notAfter }) => notAfter === end)!;
    await world.pass(2 * DAY - MINUTE);
    expect(timed().isOpen).toBe(true);
    await world.pass(3 * MINUTE);
    expect(timed().isOpen).toBe(false);
    expect(decided(stew).at(-1)).toBe("Stew: tick");
    const { seq } = stew.room.status();
    await world.pass(60 * MINUTE);
    expect(stew.room.status().seq).toBe(seq);
  });

  it("closes each of two links at its own time, also where nothing else happens in the room", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    const ends = [10, 300].map((minutes) => world.clock.now() + minutes * MINUTE);
    for (const end of ends) await alice.invite("direct", 5, end);
    await alice.invite("direct", 5, null);
    await away(world, alice);
    const open = () => stew.room.invites().filter(({ isOpen, notAfter }) => isOpen && notAfter !== null).length;
    await world.pass(9 * MINUTE);
    expect(open()).toBe(2);
    await world.pass(3 * MINUTE);
    expect(open()).toBe(1);
    await world.pass(280 * MINUTE);
    expect(open()).toBe(1);
    await world.pass(10 * MINUTE);
    expect([open(), decided(stew).filter((each) => each === "Stew: tick").length]).toEqual([0, 2]);
    expect(stew.room.invites().filter(({ isOpen }) => isOpen)).not.toEqual([]);
  });

  it("A122: RULE client.tick-two-clocks: closes nothing by a clock that jumps, and asks the relay no more than it must", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    await alice.invite("direct", 5, world.clock.now() + 30 * DAY);
    await world.pass(MINUTE);
    const { seq } = stew.room.status();
    stew.skew = 365 * DAY;
    const before = world.heard.length;
    // Whatever happens in the room has it look.
    for (let n = 0; n < 10; n++) {
      await world.get(alice.room.send(`hello ${String(n)}`));
      await world.pass(6 * MINUTE);
    }
    expect(stew.room.status().seq).toBe(seq);
    expect(world.heard.slice(before).filter(({ type }) => type === "subscribe").length).toBeLessThan(5);
    // Behind, too; and set right again it goes on.
    stew.skew = -365 * DAY;
    await world.pass(10 * MINUTE);
    expect(stew.room.status().seq).toBe(seq);
    stew.skew = 0;
    const bob = world.home();
    await bob.open();
    await bob.join(await alice.invite("auto"), "Night owl");
    await world.until(() => bob.room.status().standing === "member");
  });

  it("goes on when the relay was away for a day", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    const link = await alice.invite("auto");
    await world.pass(MINUTE);
    await away(world, alice);
    await world.get(bob.room.leave());
    world.isDown = true;
    world.cut();
    await world.pass(DAY);
    world.isDown = false;
    await world.until(() => !Object.keys(rolesIn(stew)).includes("Bob"));
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.until(() => carol.room.status().standing === "member");
  });

  it("A122: leaves with who let it in", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    await world.until(() => rolesIn(bob)["Bob"] === "owner");
    const stew = await stewardOf(world, bob);
    await world.until(() => alice.room.members().length === 3);
    await world.get(bob.room.decide({ type: "setRole", person: bob.client.person, role: "member" }));
    await world.get(alice.room.decide({ type: "remove", person: bob.client.person, ban: false }));
    await world.until(() => stew.room.status().standing === "removed" && bob.room.status().standing === "removed");
    expect(rolesIn(alice)).toEqual({ Alice: "owner" });
  });

  it("leaves its own person's farewell to others, and a person whose stewards alone are left simply goes", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    const stew = await stewardOf(world, alice);
    await world.pass(MINUTE);
    await away(world, bob);
    await world.get(alice.room.leave());
    await away(world, alice);
    await world.pass(10 * MINUTE);
    expect(Object.keys(rolesIn(stew))).toContain("Alice");
    await bob.open();
    await world.until(() => Object.keys(rolesIn(bob)).length === 1);
    await world.until(() => stew.room.status().standing === "left");
    const [his] = [await stewardOf(world, bob, "His")];
    await world.get(bob.room.leave());
    await world.until(() => bob.room.status().standing === "left");
    expect(his.room.status().standing).toBe("member");
  });

  it("A123: lets nobody back in who has left, by the request that the relay kept", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const stew = await stewardOf(world, alice);
    const link = await alice.invite("auto");
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.until(() => carol.room.status().standing === "member");
    const posted = world.heard.filter((frame) => frame.type === "postRequest").at(-1)!;
    await world.get(carol.room.leave());
    await world.until(() => !Object.keys(rolesIn(stew)).includes("Carol"));
    const { seq } = stew.room.status();
    // Somebody with the link, or the relay itself, brings it up again.
    if (!(bob.room instanceof LiveSession)) throw new Error("not a session");
    const { connection, state } = bob.room.engine;
    const { inviteId } = [...state.room!.roster.openInvites.values()].find(({ mode }) => mode === "auto")!;
    if (!(alice.room instanceof LiveSession)) throw new Error("not a session");
    const { secret } = alice.room.engine.state.invites.find(inviteId)!;
    const proof = giveSlotProof(state.ports, connection, state.room!.linkOf(secret));
    const { roomTag, slotId, blob } = posted;
    const answer = await world.run(connection.request<"postRequest">({ type: "postRequest", roomTag, slotId, blob }));
    await world.run(proof);
    expect(answer.type).toBe("posted");
    await world.pass(10 * MINUTE);
    expect(stew.room.status().seq).toBe(seq);
    expect(await world.get(stew.room.requests())).toEqual([]);
    // Who wants to come back says so again.
    const again = world.home();
    await again.open();
    await again.join(link, "Carol again");
    await world.until(() => again.room.status().standing === "member");
  });

  it("A124: two do one thing at once, and it is done once; nothing else comes of it", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite("direct");
    const stews = [await stewardOf(world, alice, "One", link), await stewardOf(world, alice, "Two", link)];
    const auto = await alice.invite("auto", 3);
    await world.pass(MINUTE);
    await away(world, alice);
    // Neither hears of what the other does before both have sent: the relay takes one.
    for (const stew of stews) {
      if (!(stew.room instanceof LiveSession)) throw new Error("not a session");
      (stew.room.engine as unknown as { caretaker: { hurry(): () => void } }).caretaker.hurry();
    }
    await world.get(bob.room.leave());
    await away(world, bob);
    const guests = [world.home(), world.home(), world.home()];
    for (const [n, guest] of guests.entries()) {
      await guest.open();
      await guest.join(auto, `Guest ${String(n)}`);
    }
    await world.until(() => guests.every((guest) => guest.room.status().standing === "member"));
    await world.pass(30 * MINUTE);
    for (const stew of stews) {
      const done = stew.room.decisions().filter(({ by }) => by.name === "One" || by.name === "Two");
      expect(done.map(({ action }) => action.type).sort()).toEqual(["add", "add", "add", "leave"]);
      expect(stew.room.status().alarms).toEqual([]);
    }
    const commits = world.appends("commit").length;
    await world.pass(60 * MINUTE);
    expect(world.appends("commit")).toHaveLength(commits);
  });
});

describe("who carries out a link that is the permission", () => {
  it("RULE client.auto-unasked: any member's device does, where the rules take such links; else people are asked", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite("auto");
    await world.pass(MINUTE);
    await away(world, alice);
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.until(() => carol.room.status().standing === "member");
    expect(decided(carol).at(-1)).toBe("Bob: add");
    await alice.open();
    await world.get(alice.room.synced(10_000));
    const { rules, settings } = preset("owner");
    await world.get(
      alice.room.decide({ type: "setPolicy", policy: { rules: { ...rules, add: { kind: "owner" } }, settings } }),
    );
    const dora = world.home();
    await dora.open();
    await dora.join(link, "Dora");
    await world.pass(10 * MINUTE);
    // The owner's own device could let her in, by a yes that nobody has said.
    expect(alice.room.members()).toHaveLength(3);
    const [asked] = await world.get(alice.room.requests());
    expect(asked).toMatchObject({ name: "Dora", can: "alone" });
    await world.get(alice.room.admit(asked!.id));
    await world.until(() => dora.room.status().standing === "member");
    expect(bob.room.status().alarms).toEqual([]);
  });
});
