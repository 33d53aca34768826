import { utf8Bytes, type Result } from "@conclave/codec";
import { ActionHash, InviteId, MessageId, MessageNonce, preset } from "@conclave/protocol";
import type { Problem, SessionEvent } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

const HOUR = 3_600_000;

function codeOf(result: Result<unknown, Problem>): string | null {
  if (result.ok) return null;
  const { error } = result;
  return error.kind === "refused" ? error.rejection.code : error.kind;
}

const person = (home: Home, name: string) => home.room.members().find((each) => each.name === name)!.person;
const nobody = ActionHash.of(new Uint8Array(32).fill(9));
const noMessage = MessageId.of(new Uint8Array(16).fill(9));

describe("what a session refuses, before anything is stored or sent", () => {
  it("a message that is longer than any may be, of no kind, or of a kind with a long name; the longest goes", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const post = async (change: object) =>
      codeOf(await world.run(alice.room.post({ kind: "text", body: utf8Bytes("x"), ...change })));
    const before = (await world.run(alice.room.timeline({ limit: 1000 }))).length;
    const bad = [
      { body: new Uint8Array(60 * 1024 + 1) },
      { kind: "" },
      { kind: "k".repeat(33) },
      { kind: "é".repeat(17) },
      { nonce: new Uint8Array(15) as MessageNonce },
    ];
    for (const change of bad) expect(await post(change)).toBe("malformed");
    expect((await world.run(alice.room.timeline({ limit: 1000 }))).length).toBe(before);
    expect(await post({ body: new Uint8Array(60 * 1024).fill(120) })).toBeNull();
    expect(await post({ kind: "k".repeat(32) })).toBeNull();
    await world.get(alice.room.flushed(10_000));
  });

  it("what is said about a message that nobody knows, that is gone, or that says nothing; a post of the same nonce is there once", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const nonce = MessageNonce.of(new Uint8Array(16).fill(3));
    const post = () => world.get(alice.room.post({ nonce, kind: "text", body: utf8Bytes("once") }));
    const { id } = await post();
    expect((await post()).id).toEqual(id);
    await world.get(alice.room.flushed(10_000));
    await world.until(() => bob.room.status().unread === 1);
    expect(await bob.texts()).toEqual(["Alice: once"]);
    const appends = () => world.appends("message").length;
    const before = appends();
    const refused = async (promise: Promise<Result<unknown, Problem>>) => codeOf(await world.run(promise));
    expect(await refused(alice.room.edit(noMessage, "x"))).toBe("unknown");
    expect(await refused(alice.room.post({ kind: "edit", ref: noMessage, body: utf8Bytes("x") }))).toBe("unknown");
    expect(await refused(alice.room.post({ kind: "reaction", body: utf8Bytes("x") }))).toBe("unknown");
    expect(await refused(alice.room.edit(id, ""))).toBe("malformed");
    expect(await refused(alice.room.edit(id, "x".repeat(60 * 1024 + 1)))).toBe("malformed");
    expect(await refused(alice.room.react(id, "no emoji"))).toBe("malformed");
    expect(await refused(bob.room.edit(id, "mine"))).toBe("not_allowed");
    expect(await refused(bob.room.remove(id))).toBe("not_allowed");
    // Nothing to take back: nothing is sent, and the message stays as it is.
    expect((await world.get(alice.room.react(id, null))).id).toEqual(id);
    expect(appends()).toBe(before);
    await world.get(alice.room.remove(id));
    expect(await refused(alice.room.remove(id))).toBe("unknown");
    expect(await refused(alice.room.react(id, "👍"))).toBe("unknown");
    await world.get(alice.room.flushed(10_000));
    expect(appends()).toBe(before + 1);
  });

  it("RULE client.invite-opens: a link that would be over when it is made", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const make = async (notAfter: number | null) => {
      const options = { label: "link", for: { class: "single" }, notAfter, mode: "direct" } as const;
      return world.run(alice.room.createInvite(options));
    };
    const now = world.clock.now();
    const invites = alice.room.invites().length;
    for (const end of [now - 1, now]) expect(codeOf(await make(end))).toBe("invite_expired");
    expect(alice.room.invites()).toHaveLength(invites);
    const made = await make(now + HOUR);
    if (!made.ok) throw new Error(codeOf(made)!);
    // Without an address of a web client there is no link to show; it is made all the same.
    expect(made.value).toMatchObject({ link: null, isReady: true, invitation: { notAfter: now + HOUR } });
    expect(alice.room.inviteLink(made.value.inviteId, "https://chat.example")).toMatch(
      /^https:\/\/chat\.example\/#\/join\/v1\./u,
    );
    expect(alice.room.inviteLink(InviteId.of(new Uint8Array(16)), "https://chat.example")).toBeNull();
  });

  it("answers to what nobody asks, letters that are none, requests that are not there, alarms that nobody raised", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const { room } = alice;
    const refused = async (promise: Promise<Result<unknown, Problem>>) => codeOf(await world.run(promise));
    expect(await refused(room.approve(nobody))).toBe("unknown_proposal");
    expect(await refused(room.declineProposal(nobody))).toBe("unknown_proposal");
    expect(await refused(room.withdrawProposal(nobody))).toBe("unknown_proposal");
    expect(await refused(room.exportApproval(nobody))).toBe("unknown_proposal");
    expect(await refused(room.importApproval("hello"))).toBe("bad_letter");
    expect(await refused(room.admit(99))).toBe("unknown");
    expect(await refused(room.acknowledge(99))).toBe("unknown");
    expect(await refused(room.stay())).toBe("unknown");
    // Bob owns nothing, so no words bring him back by themselves.
    expect(bob.room.returning()).toBeNull();
    expect(await refused(bob.room.prepareReturn())).toBe("unknown");
  });

  it("everything, of who is leaving: staying makes it possible again; and of who is out, with what they are", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const { id } = await world.get(bob.room.send("mine"));
    await world.get(bob.room.flushed(10_000));
    const toBob = person(alice, "Bob");
    const toAlice = person(alice, "Alice");
    // With nobody there to let him go.
    await world.run(alice.client.close());
    await world.get(bob.room.leave());
    const asked = (): Promise<Result<unknown, Problem>>[] => [
      bob.room.send("x"),
      bob.room.edit(id, "x"),
      bob.room.remove(id),
      bob.room.react(id, "👍"),
      bob.room.decide({ type: "setTitle", title: "x" }),
      bob.room.approve(nobody),
      bob.room.declineProposal(nobody),
      bob.room.exportApproval(nobody),
      bob.room.importApproval("x"),
      bob.room.attach({
        name: "a.txt",
        type: "text/plain",
        size: 1,
        read: () => Promise.resolve(new Uint8Array(1)),
      } as never),
    ];
    const codes = async () => {
      const all: (string | null)[] = [];
      for (const each of asked()) all.push(codeOf(await world.run(each)));
      return new Set(all);
    };
    expect(await codes()).toEqual(new Set(["leaving"]));
    await world.get(bob.room.stay());
    expect(codeOf(await world.run(bob.room.send("still here")))).toBeNull();
    await world.get(bob.room.flushed(10_000));
    await alice.open();
    await world.until(() => alice.room.status().unread === 2);
    await world.get(alice.room.decide({ type: "remove", person: toBob, ban: false }));
    await world.until(() => bob.room.status().standing === "removed");
    expect(await codes()).toEqual(new Set(["not_member"]));
    expect(bob.room.outlook({ type: "setTitle", title: "x" })).toEqual({ can: "no", why: { code: "not_active" } });
    expect([bob.room.powers(), bob.room.powersAs(toAlice, "admin")]).toEqual([null, null]);
    expect([bob.room.roomCode(), bob.room.peopleCode(), bob.room.version(), bob.room.due()]).toEqual([
      null,
      null,
      null,
      [],
    ]);
    expect(bob.room.members()).toEqual([]);
    // Everything that was said stays to be read.
    expect(await bob.texts()).toEqual(["Bob: mine", "Bob: still here"]);
    expect(bob.room.title).toBe("Garden");
  });

  it("what needs the relay, without one: it says that it cannot be reached, and a message waits", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    world.isDown = true;
    world.cut();
    const asked: Promise<Result<unknown, Problem>>[] = [
      alice.room.synced(1000),
      alice.room.requests(),
      alice.room.admit(1),
      alice.room.denyRequest(1),
      alice.room.prepareReturn(),
      alice.room.declineProposal(nobody),
    ];
    for (const promise of asked) expect(codeOf(await world.run(promise))).toBe("unreachable");
    await world.get(alice.room.send("later"));
    expect(codeOf(await world.run(alice.room.flushed(1000)))).toBe("unreachable");
    world.isDown = false;
    await world.get(alice.room.flushed(600_000));
    await world.get(alice.room.synced(1000));
    expect(await alice.texts()).toEqual(["Alice: later"]);
  });
});

describe("what a session tells", () => {
  it("the version of the room, and of whom nobody has heard yet whether their app could go on", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const version = alice.room.version()!;
    expect(version).toMatchObject({ version: version.knows, next: null, can: "no", behind: [] });
    expect(version.unknown.map(({ name }) => name)).toEqual(["Bob"]);
    await world.get(bob.room.send("hello"));
    await world.until(() => alice.room.status().unread === 1);
    // What he says with it is what his app knows: no more than this one.
    expect(alice.room.version()).toMatchObject({ behind: [{ name: "Bob" }], unknown: [] });
  });

  it("that something was read, muted or kept, at once and after a restart", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(bob.room.send("one"));
    await world.get(bob.room.send("two"));
    await world.until(() => alice.room.status().unread === 2);
    const events: SessionEvent["type"][] = [];
    const stop = alice.room.watch(({ type }) => events.push(type));
    const messages = (await world.run(alice.room.timeline({ limit: 1000 }))).filter(({ kind }) => kind === "message");
    await world.run(alice.room.markRead(messages[0]!.n));
    expect(alice.room.status().unread).toBe(1);
    expect(events).toEqual(["changed"]);
    await world.run(alice.room.mute(true));
    expect(alice.room.status().isMuted).toBe(true);
    expect(events).toEqual(["changed", "changed"]);
    stop();
    await world.run(alice.room.mute(false));
    await world.run(alice.room.mute(true));
    expect(events).toHaveLength(2);
    await world.run(alice.client.close());
    await alice.open();
    expect(alice.room.status()).toMatchObject({ unread: 1, isMuted: true });
    await world.run(alice.room.mute(false));
    await world.run(alice.client.close());
    await alice.open();
    expect(alice.room.status().isMuted).toBe(false);
  });

  it("a room is pinned, archived and marked as unread on this device; two at once are both kept, and reading ends the mark", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.run(Promise.all([alice.room.arrange({ isPinned: true }), alice.room.arrange({ isUnread: true })]));
    await world.run(alice.room.arrange({ isArchived: true }));
    const { n } = alice.room.status();
    expect(alice.room.status().listMarks).toEqual({ isPinned: true, isUnread: true, archivedAt: n });
    expect(bob.room.status().listMarks).toEqual({ isPinned: false, isUnread: false, archivedAt: null });
    await world.run(alice.client.close());
    await alice.open();
    expect(alice.room.status().listMarks).toEqual({ isPinned: true, isUnread: true, archivedAt: n });
    await world.run(alice.room.markRead(n));
    await world.run(alice.room.arrange({ isArchived: false }));
    await world.run(alice.client.close());
    await alice.open();
    expect(alice.room.status().listMarks).toEqual({ isPinned: true, isUnread: false, archivedAt: null });
  });

  it("a message forgotten here is gone here, with its edits, from search and from the count, for good; the others keep it", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const said = await world.get(bob.room.send("a secret seed"));
    await world.get(bob.room.edit(said.id, "a secret bean"));
    await world.get(bob.room.send("an answer", said.id));
    await world.until(() => alice.room.status().unread === 2);
    expect(await world.run(alice.room.search("secret"))).toHaveLength(1);
    const told: SessionEvent[] = [];
    alice.room.watch((event) => told.push(event));
    // However often it is asked for, and by however many at once.
    const forgetting = [[said.id, noMessage, said.id], [said.id]].map((ids) => alice.room.forgetMessages(ids));
    expect(await world.run(Promise.all(forgetting))).toEqual([1, 0]);
    expect(told).toMatchObject([{ type: "forgotten", messages: [{ id: said.id }] }, { type: "changed" }]);
    expect(alice.room.status().unread).toBe(1);
    const isGone = async () => {
      expect(await alice.texts()).toEqual(["Bob: an answer"]);
      expect(await world.run(alice.room.find(said.id))).toBeNull();
      expect(await world.run(alice.room.search("secret"))).toEqual([]);
    };
    await isGone();
    // What is done to it later changes nothing here.
    await world.get(bob.room.edit(said.id, "a secret pea"));
    await world.get(bob.room.flushed(10_000));
    await world.get(alice.room.synced(10_000));
    await world.run(alice.client.close());
    const secret = utf8Bytes("secret");
    const holds = (bytes: Uint8Array) => bytes.some((_, at) => secret.every((byte, by) => bytes[at + by] === byte));
    expect([...alice.disk.records.values()].filter(holds)).toEqual([]);
    await alice.open();
    await isGone();
    expect(await bob.texts()).toEqual(["Bob: a secret seed", "Bob: an answer"]);
  });

  it("what the room's rules are, who may do what, and what one's own person may remove", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    expect(alice.room.policy()).toEqual(preset("owner"));
    expect(alice.room.isSealed()).toBe(false);
    const [toAlice, toBob] = [person(alice, "Alice"), person(alice, "Bob")];
    expect([alice.room.mayRemove(toBob), alice.room.mayRemove(toAlice)]).toEqual([true, true]);
    expect([bob.room.mayRemove(toAlice), bob.room.mayRemove(toBob)]).toEqual([false, true]);
    expect(alice.room.outlook({ type: "setTitle", title: "Meadow" })).toMatchObject({ can: "alone" });
    expect(bob.room.outlook({ type: "remove", person: toAlice, ban: false })).toMatchObject({ can: "no" });
    expect(alice.room.roomCode()).toBe(bob.room.roomCode());
    expect(alice.room.peopleCode()).toBe(bob.room.peopleCode());
    expect(alice.room.fingerprint(toBob)).toEqual(bob.room.fingerprint(toBob));
    const before = alice.room.peopleCode();
    await world.get(alice.room.decide({ type: "seal" }));
    expect([alice.room.isSealed(), alice.room.peopleCode() === before]).toEqual([true, true]);
    expect(alice.room.returnLink("https://chat.example")).toMatch(/^https:\/\/chat\.example\/#\//u);
  });

  it("what one's own person could do if somebody else had another role: who decides alone may have to ask", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    const [toAlice, toBob] = [person(alice, "Alice"), person(alice, "Bob")];
    expect(alice.room.powers()).toMatchObject({ remove: "alone", invite: "alone", setTitle: "alone" });
    expect(alice.room.powersAs(toBob, "member", toAlice)).toEqual(alice.room.powers());
    expect(alice.room.powersAs(toBob, "admin", toAlice)).toMatchObject({ remove: "together", invite: "together" });
    expect(alice.room.powersAs(toBob, "admin")).toMatchObject({ remove: "together" });
    expect(bob.room.powersAs(bob.client.person, "member")).toMatchObject({ remove: "no" });
  });
});
