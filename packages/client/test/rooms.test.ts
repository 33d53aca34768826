import { type ActionHash, preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { World, type Home } from "./world.js";

async function threeIn(world: World): Promise<[Home, Home, Home]> {
  const homes: [Home, Home, Home] = [world.home(), world.home(), world.home()];
  const [alice, bob, carol] = homes;
  for (const home of homes) await home.open();
  await alice.found("Garden", "Alice");
  const link = await alice.invite();
  await bob.join(link, "Bob");
  await carol.join(link, "Carol");
  for (const home of homes) await world.until(() => home.room.members().length === 3);
  return homes;
}

const person = (home: Home, name: string) => home.room.members().find((member) => member.name === name)!.person;

describe("a room of three", () => {
  it("shows everybody the same people, by what right they are there, and the same codes", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    const codes = [alice, bob, carol].map(({ room }) => room.roomCode());
    expect(new Set(codes).size).toBe(1);
    const [, second] = carol.room.members();
    expect(second).toMatchObject({ name: "Bob", role: "member", admission: { how: "invited", by: { name: "Alice" } } });
    expect(alice.room.members()[1]!.admission).toMatchObject({ label: "link" });
    expect(carol.room.decisions().map(({ action, by }) => `${by.name} ${action.type}`)).toEqual([
      "Alice charter",
      "Alice createInvite",
      "Bob add",
      "Carol add",
    ]);
  });

  it("a farewell is carried out by whoever is there", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    await world.get(carol.room.leave());
    await world.until(() => carol.room.status().standing === "left");
    await world.until(() => bob.room.members().length === 2 && alice.room.members().length === 2);
    expect(bob.room.decisions().at(-1)).toMatchObject({ action: { type: "leave" }, right: { isFarewell: true } });
  });

  it("an owner cannot leave a room without an owner; somebody alone just goes", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    expect(await world.run(alice.room.leave())).toMatchObject({ error: { rejection: { code: "last_owner" } } });
    await world.get(alice.room.decide({ type: "transferOwnership", person: person(alice, "Bob") }));
    await world.until(() => bob.room.members()[1]!.role === "owner");
    await world.get(alice.room.leave());
    await world.until(() => alice.room.status().standing === "left");
  });

  it("the only owner of a sealed room leaves like anybody: nobody could own it instead", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    await world.get(alice.room.decide({ type: "seal" }));
    await world.get(alice.room.leave());
    await world.until(() => alice.room.status().standing === "left");
    await world.until(() => bob.room.members().length === 2);
  });

  it("what a member may not do is refused by their own device, with the reason", async () => {
    const world = new World();
    const [, bob] = await threeIn(world);
    const result = await world.run(bob.room.decide({ type: "remove", person: person(bob, "Carol"), ban: false }));
    expect(result).toMatchObject({ ok: false, error: { kind: "refused", rejection: { code: "not_allowed" } } });
  });

  it("texts are encrypted again when a commit comes first, and arrive once, in order", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    const rekeys = [1, 2, 3].map(() => alice.room.decide({ type: "rekey" }));
    const texts = Array.from({ length: 40 }, (_, i) => `text ${String(i)}`);
    for (const text of texts) void bob.room.send(text);
    await world.run(Promise.all(rekeys));
    await world.get(bob.room.flushed(600_000));
    await world.until(() => carol.room.status().n === bob.room.status().n);
    expect(await carol.texts()).toEqual(texts.map((text) => `Bob: ${text}`));
    expect(await bob.texts()).toEqual(await carol.texts());
  });

  it("two who change the room at once both have their way, one after the other", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "owner" }));
    await world.until(() => bob.room.members()[1]!.role === "owner");
    const results = await world.run(
      Promise.all([
        alice.room.decide({ type: "setTitle", title: "Meadow" }),
        bob.room.decide({ type: "setRole", person: person(bob, "Carol"), role: "admin" }),
      ]),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    await world.until(() => carol.room.title === "Meadow" && carol.room.members()[2]!.role === "admin");
  });

  it("what was written offline, or while the connection breaks again and again, arrives once, in order", async () => {
    const world = new World();
    const [, bob, carol] = await threeIn(world);
    world.isDown = true;
    world.cut();
    const texts = Array.from({ length: 60 }, (_, i) => `text ${String(i)}`);
    for (const text of texts.slice(0, 20)) await world.get(bob.room.send(text));
    expect(bob.room.status()).toMatchObject({ connection: "offline", pending: 20 });
    world.isDown = false;
    for (const text of texts.slice(20)) {
      void bob.room.send(text);
      await world.pass(150);
      if (texts.indexOf(text) % 7 === 0) world.cut();
    }
    await world.get(bob.room.flushed(600_000));
    await world.until(() => carol.room.status().n === bob.room.status().n);
    expect(await carol.texts()).toEqual(texts.map((text) => `Bob: ${text}`));
  });

  it("a removed member is told, learns nothing more, and can come back by a new link", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    await world.get(alice.room.decide({ type: "remove", person: person(alice, "Carol"), ban: false }));
    await world.until(() => carol.room.status().standing === "removed");
    await world.get(bob.room.send("without Carol"));
    await world.get(bob.room.flushed(10_000));
    expect(await carol.texts()).toEqual([]);
    expect(await world.run(carol.room.send("hello?"))).toMatchObject({ error: { kind: "not_member" } });
    await world.run(carol.client.close());
    await carol.open();
    expect(carol.room.status().standing).toBe("removed");
    const link = await alice.invite();
    await carol.join(link, "Carol");
    await world.get(alice.room.send("welcome back"));
    await world.until(() => carol.room.status().isConfirmed);
    expect((await carol.texts()).at(-1)).toBe("Alice: welcome back");
    expect(bob.room.members().map(({ name }) => name)).toEqual(["Alice", "Bob", "Carol"]);
  });

  it("a link that was withdrawn leads nowhere, and one for one person lets in one of two", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const link = await alice.invite();
    const { inviteId } = alice.room.invites()[0]!;
    await world.get(alice.room.decide({ type: "revokeInvite", inviteId }));
    const dora = world.home();
    await dora.open();
    expect(await world.run(dora.client.previewInvite(link))).toMatchObject({
      error: { kind: "relay", error: "slot_closed" },
    });
    // Its slot is closed at the relay, and not once more whenever the room changes.
    const closings: number[] = [];
    for (const title of ["Meadow", "Orchard"]) {
      await world.get(alice.room.decide({ type: "setTitle", title }));
      await world.pass(60_000);
      closings.push(world.heard.filter((frame) => frame.type === "closeSlot").length);
    }
    expect(closings[0]).toBeGreaterThan(0);
    expect(closings[1]).toBe(closings[0]);
    const single = await alice.invite("direct", 1);
    const erin = world.home();
    await erin.open();
    const [a, b] = await Promise.all([
      world.get(dora.client.previewInvite(single)),
      world.get(erin.client.previewInvite(single)),
    ]);
    const results = await world.run(Promise.all([a.accept("Dora"), b.accept("Erin")]));
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
    await world.until(() => bob.room.members().length === 4);
  });
});

describe("asking", () => {
  it("somebody asks, with a note; an admin lets them in; they were away meanwhile", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    const link = await alice.invite("ask");
    const invited = await world.get(bob.client.previewInvite(link));
    expect(invited).toMatchObject({ mode: "ask", title: "Garden", owners: [{ name: "Alice" }] });
    await world.get(invited.accept("Bob", "It is me"));
    expect(bob.room.status().standing).toBe("asking");
    await world.run(bob.client.close());
    await world.until(() => alice.room.status().requests === 1);
    const [request] = await world.get(alice.room.requests());
    expect(request).toMatchObject({ name: "Bob", note: "It is me", invite: { label: "link" } });
    expect(await world.get(alice.room.admit(request!.id))).toMatchObject({ done: true });
    expect(await world.get(alice.room.requests())).toEqual([]);
    await bob.open();
    await world.until(() => bob.room.status().standing === "member");
    await world.get(bob.room.send("thank you"));
    await world.get(bob.room.flushed(10_000));
    await world.until(() => alice.room.status().n === bob.room.status().n);
    expect(await alice.texts()).toEqual(["Bob: thank you"]);
    expect(alice.room.members()[1]!.admission).toMatchObject({ how: "admitted", by: { name: "Alice" } });
  });

  it("RULE client.admit-once: a declined or admitted request is gone", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    const invited = await world.get(bob.client.previewInvite(await alice.invite("ask")));
    await world.get(invited.accept("Bob"));
    await world.until(() => alice.room.status().requests === 1);
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.denyRequest(request!.id));
    expect(await world.get(alice.room.requests())).toEqual([]);
    expect(await world.run(alice.room.admit(request!.id))).toMatchObject({ error: { kind: "unknown" } });
  });

  it("a request that was left at the relay, of somebody who is in by now, is taken away", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    await bob.join(await alice.invite("ask"), "Bob");
    await world.until(() => alice.room.status().requests === 1);
    const [request] = await world.get(alice.room.requests());
    const taken = () => world.heard.filter((frame) => frame.type === "deleteRequest").length;
    // The line is cut when Alice, who has let Bob in, is about to take his request away.
    world.beforeFrames = (home, frames) =>
      home === alice && frames.some(({ type }) => type === "deleteRequest") ? new Promise(() => undefined) : undefined;
    const admitted = alice.room.admit(request!.id);
    await world.until(() => bob.room.status().standing === "member");
    expect(taken()).toBe(0);
    world.beforeFrames = () => undefined;
    world.cut();
    await world.run(admitted);
    await world.until(() => taken() > 0);
    await world.pass(60_000);
    expect(taken()).toBe(1);
  });

  it("A98: RULE decline.by-right: who asked is told of a no, and by whom, also when they were away; then may ask again", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    const link = await alice.invite("ask");
    await bob.join(link, "Bob");
    await world.run(bob.client.close());
    await world.until(() => alice.room.status().requests === 1);
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.denyRequest(request!.id));
    await bob.open();
    await world.until(() => bob.room.status().standing === "lost");
    const ending = {
      problem: { kind: "refused", rejection: { code: "declined" } },
      by: { name: "Alice", person: alice.client.person },
      isBan: false,
    };
    expect(bob.room.status().ending).toMatchObject(ending);
    await world.run(bob.client.close());
    await bob.open();
    expect(bob.room.status().ending).toMatchObject(ending);
    await bob.join(link, "Bob");
    expect(bob.room.status()).toMatchObject({ standing: "asking", ending: null });
    await world.until(() => alice.room.status().requests === 1);
  });

  it("A40: who asked by a link that is withdrawn meanwhile is told so, and is not told so when it let them in", async () => {
    const world = new World();
    const [alice, bob, carol] = [world.home(), world.home(), world.home()];
    for (const home of [alice, bob, carol]) await home.open();
    await alice.found("Garden", "Alice");
    await bob.join(await alice.invite("ask"), "Bob");
    const { inviteId } = alice.room.invites()[0]!;
    await world.get(alice.room.decide({ type: "revokeInvite", inviteId }));
    await world.until(() => bob.room.status().standing === "lost");
    expect(bob.room.status().ending).toMatchObject({ problem: { kind: "relay", error: "slot_closed" }, by: null });
    // An invite for one is over as soon as it has let its one in.
    await carol.join(await alice.invite("ask", 1), "Carol");
    await world.run(carol.client.close());
    await world.until(() => alice.room.status().requests === 1);
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.pass(10_000);
    await carol.open();
    await world.until(() => carol.room.status().standing === "member");
    expect(carol.room.status().ending).toBeNull();
  });

  it("somebody who is removed is told by whom and when, also after a restart", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    await world.get(alice.room.decide({ type: "remove", person: person(alice, "Bob"), ban: true }));
    await world.until(() => bob.room.status().standing === "removed");
    const ending = { problem: null, by: { name: "Alice" }, isBan: true };
    expect(bob.room.status().ending).toMatchObject(ending);
    await world.run(bob.client.close());
    await bob.open();
    expect(bob.room.status().ending).toMatchObject({ ...ending, time: expect.any(Number) });
  });
});

describe("several must agree", () => {
  it("an action is proposed, approved by others, and carried out; the decision shows whose yes it has", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    const remove = { type: "remove", person: person(alice, "Carol"), ban: false } as const;
    const proposed = await world.get(alice.room.decide(remove));
    expect(proposed).toMatchObject({ done: false, have: 1, need: 2 });
    await world.until(() => bob.room.proposals().length === 1);
    const [proposal] = bob.room.proposals();
    expect(proposal).toMatchObject({ by: { name: "Alice" } });
    await world.run(alice.client.close());
    await world.run(bob.room.approve(proposal!.actionHash));
    await alice.open();
    await world.until(() => carol.room.status().standing === "removed");
    expect(bob.room.decisions().at(-1)).toMatchObject({ action: { type: "remove" } });
    await world.until(() => alice.room.proposals().length === 0);
  });

  /** Alice and Bob are admins who decide together, Carol is a member. */
  async function twoAdmins(world: World): Promise<[Home, Home, Home]> {
    const [alice, bob, carol] = await threeIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.until(() => carol.room.status().seq === alice.room.status().seq);
    return [alice, bob, carol];
  }
  const lines = async (home: Home) =>
    (await home.room.timeline()).flatMap((item) => (item.kind === "proposal" ? [item.proposal] : []));

  /** What has become of each proposal that a screen of this home was told of. */
  function told(home: Home): Map<string, string | null> {
    const endings = new Map<string, string | null>();
    home.room.watch((event) => {
      if (event.type === "item" && event.item.kind === "proposal") {
        endings.set(event.item.key, event.item.proposal.ending);
      }
    });
    return endings;
  }

  it("RULE room.nothing-for-nothing, RULE room.ask-for-something: what is so already is refused with that reason, and nobody is asked for it, nor for what nobody could do; a yes is given once", async () => {
    const world = new World();
    const [alice, bob] = await twoAdmins(world);
    const [toBob, toAlice] = [person(alice, "Bob"), person(alice, "Alice")];
    await world.get(alice.room.decide({ type: "setTitle", title: "Allotment" }));
    await world.until(() => bob.room.status().seq === alice.room.status().seq);
    const appends = () => world.appends("message").length + world.appends("commit").length;
    const before = appends();
    const refused = (code: string, detail: string) => ({
      ok: false,
      error: { kind: "refused", rejection: { code, detail } },
    });
    const idle = [
      [{ type: "setPolicy", policy: preset("admins:2") }, "policy"],
      [{ type: "setTitle", title: "Allotment" }, "title"],
      [{ type: "setRole", person: toBob, role: "admin" }, "role"],
      [{ type: "transferOwnership", person: toAlice }, "role"],
    ] as const;
    for (const [action, detail] of idle) {
      expect(alice.room.outlook(action)).toMatchObject({ can: "no", why: { code: "already_so" } });
      expect(await world.run(alice.room.decide(action))).toMatchObject(refused("already_so", detail));
    }
    // Nobody could carry this out, whoever agrees.
    const alone = { type: "setRole", person: toAlice, role: "member" } as const;
    expect(await world.run(alice.room.decide(alone))).toMatchObject({ error: { rejection: { code: "last_owner" } } });
    expect([appends(), bob.room.proposals()]).toEqual([before, []]);

    const remove = { type: "remove", person: person(alice, "Carol"), ban: false } as const;
    const { actionHash } = (await world.get(alice.room.decide(remove))) as { actionHash: ActionHash };
    await world.until(() => bob.room.proposals().length === 1);
    const asked = appends();
    expect(await world.run(alice.room.decide(remove))).toMatchObject({ value: { done: false, have: 1, need: 2 } });
    expect(await world.run(alice.room.approve(actionHash))).toMatchObject(refused("already_so", "approval"));
    expect(appends()).toBe(asked);
    await world.get(bob.room.declineProposal(actionHash));
    expect(await world.run(bob.room.declineProposal(actionHash))).toMatchObject(refused("already_so", "decline"));
    await world.get(bob.room.flushed(10_000));
    expect(appends()).toBe(asked + 1);
  });

  it("who is asked is told, and only they; the line in the conversation says what became of it, also after a restart", async () => {
    const world = new World();
    const [alice, bob, carol] = await twoAdmins(world);
    const role = { type: "setRole", person: person(alice, "Carol"), role: "admin" } as const;
    const toAlice = told(alice);
    await world.get(alice.room.decide(role));
    await world.until(() => bob.room.status().asked === 1 && carol.room.proposals().length === 1);
    expect([alice.room.status().asked, carol.room.status().asked]).toEqual([0, 0]);
    for (const { room } of [alice, bob, carol]) expect(room.status().open).toEqual({ have: 1, need: 2 });
    await world.until(() => toAlice.size === 1);
    for (const home of [alice, bob, carol]) {
      expect(await lines(home)).toMatchObject([{ by: { name: "Alice" }, person: { name: "Carol" }, ending: null }]);
    }
    await world.run(bob.client.close());
    await bob.open();
    expect(bob.room.status().asked).toBe(1);
    const toBob = told(bob);
    await world.get(bob.room.approve(bob.room.proposals()[0]!.actionHash));
    await world.until(() => [...toBob.values()].join() === "done");
    expect(bob.room.status()).toMatchObject({ asked: 0, open: null });
    await world.run(bob.client.close());
    await bob.open();
    expect(await lines(bob)).toMatchObject([{ ending: "done" }]);
  });

  it("somebody at the door waits for those who have a say, each until they have answered, and counts once", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "admin" }));
    const link = await alice.invite("ask");
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.until(() => carol.room.status().seq === alice.room.status().seq);
    const dora = world.home();
    await dora.open();
    await dora.join(link, "Dora");
    const asked = () => [alice, bob, carol].map(({ room }) => room.status().asked);
    await world.until(() => [alice, bob, carol].every(({ room }) => room.status().requests === 1));
    expect(asked()).toEqual([1, 1, 0]);
    const [request] = await world.get(alice.room.requests());
    expect(await world.get(alice.room.admit(request!.id))).toMatchObject({ done: false });
    await world.until(() => bob.room.proposals().length === 1);
    expect(asked()).toEqual([0, 1, 0]);
    await world.get(bob.room.declineProposal(bob.room.proposals()[0]!.actionHash));
    expect(asked()).toEqual([0, 0, 0]);
    expect(await world.get(bob.room.requests())).toMatchObject([
      { approvedBy: [{ name: "Alice" }], declinedBy: [{ name: "Bob" }] },
    ]);
  });

  it("once somebody lets a person in, or says no, the others are no longer asked", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:1") }));
    const link = await alice.invite("ask");
    const [dora, eve] = [world.home(), world.home()];
    for (const [home, name] of [[dora, "Dora"] as const, [eve, "Eve"] as const]) {
      await home.open();
      await home.join(link, name);
    }
    await world.until(() => [alice, bob].every(({ room }) => room.status().asked === 2));
    for (const left of [1, 0]) {
      const [request] = await world.get(alice.room.requests());
      if (left === 1) await world.get(alice.room.admit(request!.id));
      else await world.get(alice.room.denyRequest(request!.id));
      await world.until(() => bob.room.status().asked === left && bob.room.status().requests === left);
    }
  });

  it("RULE proposals.no-veto: a no is told and asks no more, and keeps nobody else from agreeing", async () => {
    const world = new World();
    const [alice, bob, carol] = await twoAdmins(world);
    const title = { type: "remove", person: person(alice, "Carol"), ban: false } as const;
    await world.get(alice.room.decide(title));
    await world.until(() => bob.room.status().asked === 1);
    const { actionHash } = bob.room.proposals()[0]!;
    await world.get(bob.room.declineProposal(actionHash));
    expect(bob.room.status().asked).toBe(0);
    await world.until(() => alice.room.proposals()[0]?.declinedBy.length === 1);
    expect(carol.room.proposals()[0]).toMatchObject({ declinedBy: [{ name: "Bob" }], refusal: null });
    expect(alice.room.members()).toHaveLength(3);
    // Who asked cannot say no to it, and who said no may think better of it.
    expect(await world.run(alice.room.declineProposal(actionHash))).toMatchObject({ ok: false });
    await world.get(bob.room.approve(actionHash));
    await world.until(() => carol.room.status().standing === "removed");
  });

  it("RULE proposals.withdraw-own: who asked takes it back, and nobody else does", async () => {
    const world = new World();
    const [alice, bob, carol] = await twoAdmins(world);
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("open") }));
    await world.until(() => bob.room.status().asked === 1);
    const { actionHash } = bob.room.proposals()[0]!;
    expect(await world.run(bob.room.withdrawProposal(actionHash))).toMatchObject({
      error: { rejection: { code: "unknown_proposal" } },
    });
    const toCarol = told(carol);
    await world.get(alice.room.withdrawProposal(actionHash));
    await world.until(() => bob.room.status().asked === 0);
    await world.until(() => [...toCarol.values()].join() === "withdrawn");
    expect(bob.room.proposals()).toEqual([]);
    expect(await world.run(bob.room.approve(actionHash))).toMatchObject({ ok: false });
  });

  it("what other rules make possible, or impossible, is told", async () => {
    const world = new World();
    const [alice, bob] = await twoAdmins(world);
    const invite = { label: "Friends", for: { class: "multi", limit: 5 }, notAfter: null, mode: "direct" } as const;
    const asked = await world.get(alice.room.createInvite(invite));
    expect(asked).toMatchObject({ progress: { done: false }, invitation: null });
    await world.until(() => bob.room.status().asked === 1);
    // Under an open house any admin makes invites alone, and what Alice asked for is hers to do.
    const toBob = told(bob);
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("open") }));
    await world.until(() => bob.room.proposals().length === 2);
    await world.get(bob.room.approve(bob.room.proposals()[1]!.actionHash));
    await world.until(() => [...toBob.values()].join() === "done,done");
    expect(bob.room.status().asked).toBe(0);
  });

  it("what cannot be done any more asks nobody, and says why", async () => {
    const world = new World();
    const [alice, bob] = await twoAdmins(world);
    await world.get(alice.room.decide({ type: "remove", person: person(alice, "Carol"), ban: false }));
    await world.get(bob.room.decide({ type: "setPolicy", policy: preset("add-only") }));
    await world.until(() => alice.room.status().asked === 1 && bob.room.status().asked === 1);
    const change = alice.room.proposals().find(({ action }) => action.type === "setPolicy")!;
    await world.get(alice.room.approve(change.actionHash));
    await world.until(() => bob.room.proposals().length === 1);
    expect(bob.room.proposals()).toMatchObject([{ action: { type: "remove" }, refusal: { code: "not_allowed" } }]);
    expect(bob.room.status().asked).toBe(0);
  });

  it("what would come of a decision is foreseen as it is judged", async () => {
    const world = new World();
    const [alice, bob, carol] = await twoAdmins(world);
    const of = (home: Home, name: string, role: "owner" | "admin") =>
      home.room.outlook({ type: "setRole", person: person(home, name), role });
    expect(of(alice, "Carol", "admin")).toEqual({ can: "together", have: 1, need: 2 });
    expect(of(bob, "Carol", "owner")).toMatchObject({ can: "no", why: { code: "above_own_role" } });
    expect(of(carol, "Carol", "admin")).toMatchObject({ can: "no", why: { code: "above_own_role" } });
    expect(bob.room.outlook({ type: "remove", person: person(bob, "Alice"), ban: false })).toMatchObject({
      can: "no",
      why: { code: "above_own_role" },
    });
    expect(alice.room.outlook({ type: "setTitle", title: "Allotment" })).toEqual({ can: "alone" });
  });
});
