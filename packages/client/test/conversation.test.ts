import type { SessionEvent, TimelineMessage } from "@conclave/client";
import { utf8Bytes } from "@conclave/codec";
import { MessageId, MessageNonce } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import type { RoomEngine } from "../src/room/roomEngine.js";
import { engineOf, World, type Home } from "./world.js";

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

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

/** A text that everybody has. */
async function said(world: World, home: Home, words: string, ref?: MessageId): Promise<MessageId> {
  const { id } = await world.get(home.room.send(words, ref));
  await settled(world, home);
  return id;
}

async function settled(world: World, home: Home, ...others: Home[]): Promise<void> {
  await world.get(home.room.flushed(60_000));
  await world.pass(5000);
  for (const other of others) await world.until(() => other.room.status().n >= home.room.status().n);
}

async function found(world: World, home: Home, id: MessageId): Promise<TimelineMessage> {
  return (await world.run(home.room.find(id)))!;
}

const reactionsOf = ({ reactions }: TimelineMessage) =>
  reactions.map(({ emoji, people, mine }) => `${emoji} ${people.map(({ name }) => name).join("+")}${mine ? "!" : ""}`);

describe("what is done to a message", () => {
  it("an edit, reactions and an answer are shown at once by their author, then by all, however far back; a restart keeps them", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    const id = await said(world, alice, "helo");
    const answer = await said(world, bob, "hi!", id);
    for (let n = 0; n < 5; n++) await said(world, bob, `more ${String(n)}`);
    const events: SessionEvent[] = [];
    carol.room.watch((event) => void events.push(event));

    const shown = await world.get(alice.room.edit(id, "hello"));
    expect(shown).toMatchObject({ edited: { pending: true, n: 0 }, state: "sent" });
    expect(text(shown.edited?.body)).toBe("hello");
    expect(reactionsOf(await world.get(bob.room.react(id, "👍")))).toEqual(["👍 Bob!"]);
    await settled(world, alice, bob);
    await settled(world, bob, alice, carol);
    expect(reactionsOf(await world.get(carol.room.react(id, "👍")))).toEqual(["👍 Bob+Carol!"]);
    await settled(world, carol, alice, bob);

    for (const home of [alice, bob, carol]) {
      const message = await found(world, home, id);
      expect(message.edited?.pending).toBe(false);
      expect(text(message.edited?.body)).toBe("hello");
      expect(text(message.body)).toBe("helo");
      expect(message.reactions[0]).toMatchObject({
        people: [{ name: "Bob" }, { name: "Carol" }],
        mine: home !== alice,
      });
    }
    const amended = events.flatMap((event) => (event.type === "amended" ? [event.message] : []));
    expect(amended.map((message) => text(message.edited?.body))).toContain("hello");
    // What was done is no line of its own.
    await world.run(carol.client.close());
    await carol.open();
    const items = await world.run(carol.room.timeline({ limit: 1000 }));
    const messages = items.flatMap((item) => (item.kind === "message" ? [item.message] : []));
    expect(messages).toHaveLength(7);
    expect(reactionsOf(messages[0]!)).toEqual(["👍 Bob+Carol!"]);
    expect(messages[1]).toMatchObject({ answers: { text: "hello", deleted: false, author: { name: "Alice" } } });
    expect((await found(world, carol, answer)).answers?.id).toEqual(id);
    // Plain data: it goes to another thread as it is.
    expect(structuredClone(items)).toEqual(items);
  });

  it("a reaction that is sent again is taken back; null takes back all own ones and nobody else's", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const id = await said(world, alice, "cake?");
    for (const emoji of ["👍", "🎂", "❤️"]) await world.get(bob.room.react(id, emoji));
    await world.get(alice.room.react(id, "🎂"));
    await settled(world, alice, bob);
    await settled(world, bob, alice);
    expect(reactionsOf(await world.get(bob.room.react(id, "👍"))).sort()).toEqual(["❤️ Bob!", "🎂 Bob+Alice!"].sort());
    await settled(world, bob, alice);
    expect(reactionsOf(await world.get(bob.room.react(id, null)))).toEqual(["🎂 Alice"]);
    await settled(world, bob, alice);
    expect(reactionsOf(await found(world, alice, id))).toEqual(["🎂 Alice!"]);
    expect(await world.run(bob.room.react(id, "no emoji"))).toMatchObject({ error: { kind: "malformed" } });
    expect(await world.run(bob.room.react(MessageId.of(new Uint8Array(16)), "👍"))).toMatchObject({
      error: { kind: "unknown" },
    });
    // Nothing to take back: nothing is sent.
    await world.get(bob.room.react(id, null));
    expect(bob.room.status().pending).toBe(0);
  });

  it("RULE client.once: a reaction that comes a second time under one id is not taken back by it (attack A24)", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const ref = await said(world, alice, "vote");
    await settled(world, alice, bob);
    const reaction = {
      nonce: MessageNonce.of(new Uint8Array(16).fill(9)),
      kind: "reaction",
      ref,
      body: utf8Bytes("👍"),
    };
    for (let n = 0; n < 2; n++) {
      await sayAs(bob, reaction, world.clock.now());
      await settled(world, bob, alice);
    }
    expect(bob.room.status().n).toBe(alice.room.status().n);
    expect(reactionsOf(await found(world, alice, ref))).toEqual(["👍 Bob"]);
  });

  it("what is done offline is shown at once, survives a kill, and is sent later, once", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const id = await said(world, bob, "see you at 7");
    world.isDown = true;
    world.cut();
    await world.get(bob.room.edit(id, "see you at 8"));
    await world.get(bob.room.react(id, "👍"));
    bob.kill();
    await bob.open();
    const again = await found(world, bob, id);
    expect(text(again.edited?.body)).toBe("see you at 8");
    expect(again.edited?.pending).toBe(true);
    expect(reactionsOf(again)).toEqual(["👍 Bob!"]);
    expect(text((await found(world, alice, id)).edited?.body)).toBe("");
    world.isDown = false;
    await settled(world, bob, alice);
    const there = await found(world, alice, id);
    expect(text(there.edited?.body)).toBe("see you at 8");
    expect(reactionsOf(there)).toEqual(["👍 Bob"]);
  });

  it("RULE conversation.erased: what its author takes back is gone from every device, and from what answers it", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const id = await said(world, alice, "my number is 5550123");
    const answer = await said(world, bob, "thanks", id);
    await world.get(alice.room.edit(id, "my number is 5550124"));
    await settled(world, alice, bob);
    expect(await world.get(alice.room.remove(id))).toMatchObject({ deleted: { by: { name: "Alice" }, pending: true } });
    await settled(world, alice, bob);
    expect(await found(world, bob, id)).toMatchObject({
      deleted: { by: { name: "Alice" }, pending: false },
      edited: null,
    });
    expect((await found(world, bob, answer)).answers).toMatchObject({ deleted: true, text: "" });
    for (const { disk } of [alice, bob]) {
      const bytes = [...disk.records.values()].map((value) => Buffer.from(value).toString("latin1"));
      expect(bytes.some((value) => value.includes("555012"))).toBe(false);
    }
    expect(await world.run(alice.room.edit(id, "again"))).toMatchObject({ error: { kind: "unknown" } });
    expect(await world.run(bob.room.react(id, "👍"))).toMatchObject({ error: { kind: "unknown" } });
  });

  it("what was written offline and taken back before it was sent is never sent", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    world.isDown = true;
    world.cut();
    await world.pass(1000);
    const { id } = await world.get(bob.room.send("oops"));
    await world.get(bob.room.react(id, "👍"));
    expect(await world.get(bob.room.remove(id))).toMatchObject({ deleted: { by: { name: "Bob" } } });
    expect(bob.room.status().pending).toBe(0);
    world.isDown = false;
    await world.get(bob.room.synced(60_000));
    await said(world, bob, "after");
    await settled(world, bob, alice);
    expect(await alice.texts()).toEqual(["Bob: after"]);
  });
});

describe("A72: somebody edits, deletes or reacts as somebody else", () => {
  it("A72: RULE conversation.edit-by-author, RULE conversation.delete-by-author: what a hostile client sends counts for nobody", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    const id = await said(world, alice, "I agree");
    expect(await world.run(bob.room.edit(id, "I refuse"))).toMatchObject({
      error: { kind: "refused", rejection: { code: "not_allowed" } },
    });
    expect(await world.run(bob.room.remove(id))).toMatchObject({ error: { kind: "refused" } });
    // Bob's client leaves the checks out.
    for (const kind of ["edit", "delete", "remove"]) {
      await world.get(bob.room.post({ kind, ref: id, body: utf8Bytes(kind === "edit" ? "I refuse" : "") }));
    }
    await settled(world, bob, alice, carol);
    for (const home of [alice, bob, carol]) {
      const message = await found(world, home, id);
      expect(message).toMatchObject({ edited: null, deleted: null });
      expect(text(message.body)).toBe("I agree");
    }
    const items = await world.run(carol.room.timeline({ limit: 100 }));
    expect(items.filter(({ kind }) => kind === "message")).toHaveLength(1);
  });

  it("A72: RULE conversation.remove-by-role: admins and owners remove, but nobody above them, by their role at that place of the log", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "admin" }));
    await world.until(() => bob.room.members()[1]!.role === "admin");
    const [owners, carols, second] = [
      await said(world, alice, "the owner's"),
      await said(world, carol, "spam"),
      await said(world, carol, "more spam"),
    ];
    await settled(world, carol, bob);
    // What is not allowed is not offered.
    const offered = ["Alice", "Bob", "Carol"].map((name) => bob.room.mayRemove(person(alice, name)));
    expect(offered).toEqual([false, true, true]);
    expect(carol.room.mayRemove(person(alice, "Bob"))).toBe(false);
    expect(await world.run(bob.room.remove(owners))).toMatchObject({ error: { kind: "refused" } });
    await world.get(bob.room.post({ kind: "remove", ref: owners, body: new Uint8Array(0) }));
    await world.get(bob.room.remove(carols));
    await settled(world, bob, alice, carol);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "member" }));
    await world.until(() => bob.room.members()[1]!.role === "member");
    await world.get(bob.room.post({ kind: "remove", ref: second, body: new Uint8Array(0) }));
    await settled(world, bob, alice, carol);
    for (const home of [alice, bob, carol]) {
      expect((await found(world, home, owners)).deleted).toBeNull();
      expect((await found(world, home, second)).deleted).toBeNull();
      // What was allowed when it was done stays done.
      expect((await found(world, home, carols)).deleted).toMatchObject({ by: { name: "Bob" } });
    }
  });

  it("an own act that does not count after all is shown no more", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "admin" }));
    await world.until(() => bob.room.members()[1]!.role === "admin");
    const id = await said(world, carol, "stays");
    await settled(world, carol, bob);
    let isHeld = true;
    world.beforeFrames = (home, frames) => {
      const isMessage = frames.some((frame) => frame.type === "append" && frame.kind === "message");
      return home === bob && isMessage && isHeld ? new Promise(() => undefined) : undefined;
    };
    expect(await world.get(bob.room.remove(id))).toMatchObject({ deleted: { pending: true } });
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "member" }));
    const shown: (TimelineMessage["deleted"] | undefined)[] = [];
    bob.room.watch((event) => {
      if (event.type === "amended") shown.push(event.message.deleted);
    });
    isHeld = false;
    world.cut();
    await settled(world, bob, alice);
    expect(shown).toEqual([null]);
    for (const home of [alice, bob, carol]) expect((await found(world, home, id)).deleted).toBeNull();
  });

  it("A72: RULE conversation.reaction-own: taking back counts for one's own reactions only", async () => {
    const world = new World();
    const [alice, bob, carol] = await threeIn(world);
    const id = await said(world, alice, "vote");
    await world.get(bob.room.react(id, "👍"));
    await settled(world, bob, alice, carol);
    await world.get(carol.room.post({ kind: "reaction", ref: id, body: new Uint8Array(0) }));
    await world.get(carol.room.post({ kind: "reaction", ref: id, body: utf8Bytes("Alice voted no 😀") }));
    await settled(world, carol, alice, bob);
    expect(reactionsOf(await found(world, alice, id))).toEqual(["👍 Bob"]);
  });
});

describe("reading a room", () => {
  it("names you with an @: counted while unread, and where to begin reading", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    await world.run(bob.room.markRead(bob.room.status().n));
    await said(world, alice, "nobody in particular");
    const first = await found(world, bob, (await world.get(alice.room.send("@Bob, look"))).id).catch(() => null);
    expect(first).toBeNull();
    await said(world, alice, "and mail a@Bob.example, @Bobby");
    await settled(world, alice, bob);
    expect(bob.room.status()).toMatchObject({ unread: 3, mentions: 1 });
    const items = await world.run(bob.room.timeline({ limit: 3 }));
    expect(items.map((item) => item.kind === "message" && item.message.mentionsYou)).toEqual([false, true, false]);
    expect(bob.room.status().firstUnread).toBe(items[0]!.n);
    await world.run(bob.client.close());
    await bob.open();
    expect(bob.room.status()).toMatchObject({ unread: 3, mentions: 1, firstUnread: items[0]!.n });
    await world.run(bob.room.markRead(items[1]!.n));
    expect(bob.room.status()).toMatchObject({ unread: 1, mentions: 0, firstUnread: items[2]!.n });
    await world.run(bob.room.markRead(items[2]!.n));
    expect(bob.room.status()).toMatchObject({ unread: 0, firstUnread: null });
  });

  it("pages go both ways and around a place, with stable keys, and miss and repeat nothing", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    for (let n = 0; n < 23; n++) await world.get(alice.room.send(String(n)));
    await settled(world, alice, bob);
    const all = await world.run(bob.room.timeline({ limit: 1000 }));
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
    const back: string[] = [];
    for (let before: number | undefined; ;) {
      const page = await world.run(bob.room.timeline({ limit: 5, ...(before === undefined ? {} : { before }) }));
      back.unshift(...page.map(({ key }) => key));
      if (page.length < 5) break;
      before = page[0]!.n;
    }
    expect(back).toEqual(all.map(({ key }) => key));
    const forth: string[] = [];
    for (let after = 0; ;) {
      const page = await world.run(bob.room.timeline({ limit: 5, after }));
      forth.push(...page.map(({ key }) => key));
      if (page.length < 5) break;
      after = page.at(-1)!.n;
    }
    expect(forth).toEqual(back);
    const middle = all[12]!;
    const around = await world.run(bob.room.timeline({ around: middle.n, limit: 7 }));
    expect(around.map(({ key }) => key)).toEqual(all.slice(9, 16).map(({ key }) => key));
    world.isDown = true;
    world.cut();
    const { id } = await world.get(bob.room.send("unsent"));
    const last = await world.run(bob.room.timeline({ around: all.at(-1)!.n, limit: 6 }));
    expect(last.at(-1)).toMatchObject({ n: 0, message: { id, state: "pending" } });
    const { key } = last.at(-1)!;
    world.isDown = false;
    await settled(world, bob, alice);
    expect((await world.run(bob.room.timeline({ limit: 1 })))[0]!.key).toBe(key);
  });

  it("finds what is held, as it reads now, in one room and in all", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const first = await said(world, alice, "Der Käsekuchen ist fertig");
    const second = await said(world, bob, "kasekuchen? where?");
    await settled(world, bob, alice);
    const words = async (home: Home, query: string) =>
      (await world.run(home.room.search(query))).map(({ body, edited }) => text(edited?.body ?? body));
    expect(await words(alice, "KASE")).toEqual(["kasekuchen? where?", "Der Käsekuchen ist fertig"]);
    expect(await words(alice, "fert käse")).toEqual(["Der Käsekuchen ist fertig"]);
    expect(await words(alice, "kuchen")).toEqual([]);
    await world.get(alice.room.edit(first, "Der Apfelstrudel ist fertig"));
    await world.get(bob.room.remove(second));
    await settled(world, alice, bob);
    await settled(world, bob, alice);
    for (const home of [alice, bob]) {
      expect(await words(home, "kase")).toEqual([]);
      expect(await words(home, "apfel")).toEqual(["Der Apfelstrudel ist fertig"]);
    }
    await bob.found("Kitchen", "Bob");
    const kitchen = bob.client.rooms()[1]!;
    await world.get(kitchen.send("apfelmus"));
    await world.get(kitchen.flushed(60_000));
    const everywhere = await world.run(bob.client.search("apfel"));
    expect(everywhere.map(({ roomId, message }) => [roomId.join() === kitchen.id.join(), message.author.name])).toEqual(
      [
        [true, "Bob"],
        [false, "Alice"],
      ],
    );
    await world.run(bob.client.close());
    await bob.open();
    expect(await words(bob, "kase")).toEqual([]);
    expect(await world.run(bob.client.search("apfel", { before: everywhere[0]!.message.time }))).toHaveLength(1);
  });

  it("keeps a draft over restarts, for each room", async () => {
    const world = new World();
    const [alice] = await threeIn(world);
    expect(await world.run(alice.room.draft())).toBe("");
    await world.run(alice.room.setDraft("half a thou"));
    await alice.found("Kitchen", "Alice");
    await world.run(alice.client.close());
    await alice.open();
    const drafts = await world.run(Promise.all(alice.client.rooms().map((room) => room.draft())));
    expect(drafts.sort()).toEqual(["", "half a thou"]);
    const garden = alice.client.rooms().find(({ title }) => title === "Garden")!;
    await world.run(garden.setDraft(""));
    expect(await world.run(garden.draft())).toBe("");
  });
});

describe("people and alarms that somebody has looked at", () => {
  it("RULE client.mark-by-key: a mark stays on a person in every room and over restarts, and not on their name", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const key = person(alice, "Bob");
    await world.run(alice.client.marks.mark(key, "words"));
    expect(alice.room.members().map(({ checked }) => checked?.how ?? null)).toEqual([null, "words", null]);
    const mallory = world.home();
    await mallory.open();
    await mallory.join(await alice.invite(), "Bob");
    await world.until(() => alice.room.members().length === 4);
    expect(alice.room.members().map(({ checked }) => checked?.how ?? null)).toEqual([null, "words", null, null]);
    await bob.found("Kitchen", "Robert");
    const terms = { label: "", for: { class: "multi", limit: 9 }, notAfter: null, mode: "direct" } as const;
    const kitchen = bob.client.rooms()[1]!;
    const { invitation } = await world.get(kitchen.createInvite(terms));
    const invited = await world.get(
      alice.client.previewInvite(kitchen.inviteLink(invitation!.inviteId, "https://chat.example")!),
    );
    expect(invited.owners[0]!.checked).toMatchObject({ how: "words" });
    await world.run(alice.client.close());
    await alice.open();
    expect(alice.client.marks.markOf(key)).toMatchObject({ how: "words" });
    const message = await said(world, bob, "hi");
    await settled(world, bob, alice);
    expect((await found(world, alice, message)).author.checked).toMatchObject({ how: "words" });
    await world.run(alice.client.marks.unmark(key));
    expect(alice.room.members()[1]!.checked).toBeNull();
  });

  it("an alarm that somebody looked at stays in the timeline and makes no banner, also after a restart", async () => {
    const world = new World();
    const [alice, bob] = await threeIn(world);
    const id = await said(world, alice, "mine");
    await settled(world, alice, bob);
    // Bob's client claims another list of members with what it says.
    const { parts } = (engineOf(bob.room) as unknown as { state: { room: { parts: { roster: { seq: number } } } } })
      .state.room;
    const { roster } = parts;
    parts.roster = { ...roster, seq: roster.seq + 1 };
    await sayAs(bob, { kind: "reaction", ref: id, body: utf8Bytes("👍") }, world.clock.now());
    parts.roster = roster;
    await settled(world, bob, alice);
    expect((await found(world, alice, id)).reactions).toEqual([]);
    const [alarm] = alice.room.status().alarms;
    expect(alarm).toMatchObject({ code: "BAD_MESSAGE", acknowledged: false, order: 1 });
    expect(await world.run(alice.room.acknowledge(7))).toMatchObject({ error: { kind: "unknown" } });
    await world.get(alice.room.acknowledge(1));
    expect(alice.room.status().alarms).toEqual([]);
    await world.run(alice.client.close());
    await alice.open();
    expect(alice.room.status().alarms).toEqual([]);
    const items = await world.run(alice.room.timeline());
    expect(items.at(-1)).toMatchObject({ kind: "alarm", key: "a1", alarm: { order: 1, acknowledged: true } });
  });
});

/** What a client sends that leaves the checks out, also those of ids. */
async function sayAs(
  home: Home,
  content: { nonce?: MessageNonce; kind: string; ref: MessageId; body: Uint8Array },
  now: number,
) {
  const { state, sender } = engineOf(home.room) as unknown as Pick<RoomEngine, "state" | "sender">;
  await state.transact((tx) => {
    const said = state.room!.say(content, now);
    if (said.ok) sender.addSealed(tx, said.value);
  });
  engineOf(home.room).plan();
}
