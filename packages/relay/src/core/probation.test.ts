import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { BlobId, InboxId, inboxIdOf, type RoomTag, type SlotId } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import {
  joinBy,
  DAY,
  isMember,
  isOwn,
  MINUTE,
  place,
  rekey,
  room,
  recordAfter,
  rosterOf,
  type InviteSlot,
  talk,
} from "./probationRoom.js";
import { commitAppend, messageAppend, newKey, newSlot, type ScriptedClient } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });

/** Everything that only members do, and that would hurt. */
function harm(roomTag: RoomTag, { slot }: InviteSlot) {
  const fresh = newSlot(systemRandom(4));
  return [
    { type: "closeSlot" as const, roomTag, slotId: slot.slotId },
    { type: "putSlot" as const, roomTag, slot: fresh, life: 0 },
    { type: "deleteRequest" as const, roomTag, request: 1 },
    { type: "beginBlob" as const, roomTag, blobId: BlobId.of(systemRandom(32)), size: 9 },
  ];
}

describe("somebody who only has a link", () => {
  it("A109: RULE probation.no-requests, RULE probation.talks-only: ends no other invite, sees and takes away no request, opens and fills nothing", async () => {
    const { world, alice, roomTag, slots } = await room();
    const asker = await world.connect("asker");
    await asker.proveSlot(roomTag, slots[1].slot.slotId, slots[1].token);
    await asker.ask({ type: "postRequest", roomTag, slotId: slots[1].slot.slotId, blob: systemRandom(9) });
    const inboxId = InboxId.of(systemRandom(32));
    const answering = { type: "answerRequest" as const, roomTag, request: 1, inboxId, blob: systemRandom(4) };
    const thief = await world.connect("thief");
    expect((await joinBy(thief, roomTag, slots[0], 0)).answer).toMatchObject({ type: "appended" });
    for (const ask of harm(roomTag, slots[1])) expect(await thief.ask(ask)).toMatchObject(error("on_probation"));
    expect(await thief.ask({ type: "listRequests", roomTag, after: 0 })).toMatchObject({ requests: [], more: false });
    expect(await thief.ask(answering)).toMatchObject(error("on_probation"));
    // Nothing large, and nothing into somebody's inbox; but it can talk.
    expect(await talk(thief, roomTag, 1, 17 * 1024 + 1)).toMatchObject(error("on_probation"));
    expect(await talk(thief, roomTag, 1)).toMatchObject({ type: "appended" });
    const { lastCommit } = await place(thief, roomTag);
    const commit = (change: object) => thief.ask(commitAppend(roomTag, newKey(), { epoch: 1, lastCommit, ...change }));
    const delivery = { inboxId: InboxId.of(systemRandom(32)), blob: systemRandom(3) };
    expect(await commit({ deliveries: [delivery] })).toMatchObject(error("on_probation"));
    expect(await commit({ attachment: systemRandom(8 * 1024 + 1) })).toMatchObject(error("on_probation"));
    expect(await alice.ask({ type: "listRequests", roomTag, after: 0 })).toMatchObject({ requests: [{ request: 1 }] });
    expect(await alice.ask({ type: "listSlots", roomTag, after: null })).toMatchObject({
      slots: [{}, {}],
      more: false,
    });
  });

  it("A109: RULE slot.others-refresh: refreshes slots beside the members' versions, which are read first", async () => {
    const { world, alice, roomTag, slots } = await room();
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    const { slot } = slots[1];
    const put = (client: ScriptedClient, fill: number) =>
      client.ask({ type: "putSlot", roomTag, slot: { ...slot, blob: new Uint8Array(5).fill(fill) }, life: 0 });
    for (let fill = 1; fill <= 9; fill++) expect(await put(thief, fill)).toMatchObject({ type: "done" });
    expect(await put(alice, 99)).toMatchObject({ type: "done" });
    const seen: unknown[] = [];
    for (let back = 0; back < 6; back++) {
      const answer = await alice.ask({ type: "getSlot", roomTag, slotId: slot.slotId, back });
      seen.push(answer.type === "slot" ? [answer.versions, answer.blob[0]] : answer.type);
    }
    expect(seen).toEqual([[5, 99], [5, slot.blob[0]], [5, 9], [5, 8], [5, 7], "error"]);
    // What a member has closed stays closed.
    await alice.ask({ type: "closeSlot", roomTag, slotId: slot.slotId });
    expect(await put(thief, 1)).toMatchObject(error("on_probation"));
  });

  it("A109: RULE probation.flushes-nothing: pushes out no message of a member", async () => {
    const { world, alice, roomTag, slots } = await room({
      retention: { messageBytesPerRoom: 40_000 },
      quotas: { probationBytes: 50_000 },
      rates: { probation: { burst: 10_000, perSecond: 1 } },
    });
    for (let n = 0; n < 20; n++) expect(await talk(alice, roomTag, 0, 1000)).toMatchObject({ type: "appended" });
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    let [written, refused] = ["", ""];
    for (let n = 0; n < 1000 && refused === ""; n++) {
      const answer = await talk(thief, roomTag, 1, 16_000);
      if (answer.type === "error") refused = answer.error;
      else written = answer.type;
    }
    expect([written, refused]).toEqual(["appended", "rate_limited"]);
    const page = await alice.ask({ type: "read", roomTag, fromN: 1, limit: 20 });
    expect(page.type === "page" && page.items.every(({ pruned }) => !pruned)).toBe(true);
    // Somebody else on probation still has a word, though all of the space is used up.
    const other = await world.connect("other");
    await joinBy(other, roomTag, slots[1], 0);
    expect(await talk(other, roomTag, 1, 1000)).toMatchObject({ type: "appended" });
    // What members write makes room as ever: from the oldest on, whoever wrote it.
    await alice.prove(roomTag, 1, await rekey(alice, roomTag, 0));
    for (let n = 0; n < 100; n++) await talk(alice, roomTag, 1, 1000);
    const row = world.store.rooms.get(roomTag)!;
    expect(row.messageBytes - row.probationBytes).toBeLessThanOrEqual(40_000);
    expect(row.probationBytes).toBe(0);
  });

  it("A83: RULE probation.fills-no-disk: one link gives a part of the disk, however often somebody comes in by it", async () => {
    const { world, roomTag, slots } = await room({
      quotas: { probationBytes: 1 << 20 },
      rates: { lastingOfRoom: { burst: 1 << 20, perSecond: 1024 } },
    });
    const thief = await world.connect("thief");
    let lineages = 0;
    for (; lineages < 12; lineages++) {
      world.now += MINUTE;
      expect((await joinBy(thief, roomTag, slots[0], 0)).answer).toMatchObject({ type: "appended" });
      for (let n = 0; n < 64; n++) {
        world.now += 50;
        await talk(thief, roomTag, 1, 17 * 1024);
      }
    }
    expect(world.store.rooms.get(roomTag)!.probationBytes).toBeLessThanOrEqual(7 << 20);
    const other = await world.connect("other");
    await joinBy(other, roomTag, slots[1], 0);
    expect(await talk(other, roomTag, 1, 1000)).toMatchObject({ type: "appended" });
  });

  it("A106: RULE roster.only-the-chain: junk is not in what newcomers read, whoever puts it there, and costs no join that members follow", async () => {
    const { world, alice, roomTag, key, slots } = await room();
    const thief = await world.connect("thief");
    const charter = systemRandom(3);
    const junk = async (count: number, of: Uint8Array): Promise<void> => {
      for (let n = 0; n < count; n++) {
        world.now += 5000;
        const made = await joinBy(thief, roomTag, slots[0], 0, n % 2 === 0 ? 8000 : recordAfter(of));
        expect(made.answer).toMatchObject({ type: "appended" });
      }
    };
    await junk(3, charter);
    // An honest join, and one that follows it before any member is there; then more junk, also a copy of the join.
    const bob = await world.connect("bob");
    const first = await joinBy(bob, roomTag, slots[1], 0, recordAfter(charter));
    const carol = await world.connect("carol");
    const second = await joinBy(carol, roomTag, slots[1], 1, recordAfter(first.attachment));
    world.now += 5000;
    await joinBy(thief, roomTag, slots[0], 0, second.attachment);
    await junk(60, second.attachment);
    expect(await rosterOf(thief, roomTag, second.attachment)).toEqual([second.attachment, first.attachment]);
    // A member who was asleep has the key of the room before, follows both joins, and proves it.
    await alice.prove(roomTag, 0, key);
    expect(await alice.prove(roomTag, 2, second.key)).toMatchObject({ type: "done" });
    // Junk of a member, too.
    const { lastCommit } = await place(alice, roomTag);
    const rogue = newKey();
    await alice.ask(
      commitAppend(roomTag, rogue, { epoch: 2, lastCommit, attachment: recordAfter(first.attachment, 60_000) }),
    );
    expect(await rosterOf(alice, roomTag, second.attachment)).toEqual([second.attachment, first.attachment]);
    expect(await rosterOf(alice, roomTag, systemRandom(9))).toEqual([]);
    // Who reads the log itself finds every record whole.
    const page = await alice.ask({ type: "read", roomTag, fromN: first.n, limit: 1 });
    expect(page).toMatchObject({ items: [{ pruned: false, attachment: first.attachment }] });
  });

  it("reads a roster log page by page, each as large as a page may be", async () => {
    const { world, roomTag, slots } = await room({ limits: { pageItems: 3 } });
    const bob = await world.connect("bob");
    const records = [recordAfter(systemRandom(9))];
    for (let n = 0; n < 5; n++) records.unshift(recordAfter(records[0]!));
    for (const [n, record] of [...records].reverse().entries()) {
      world.now += 20_000;
      expect((await joinBy(bob, roomTag, slots[1], n, record)).answer).toMatchObject({ type: "appended" });
    }
    expect(await rosterOf(bob, roomTag, records[0]!)).toEqual(records.slice(0, 3));
    expect(await rosterOf(bob, roomTag, records[3]!)).toEqual(records.slice(3));
  });

  it("commits only now and then, whatever it began with", async () => {
    const { world, roomTag, slots } = await room();
    const thief = await world.connect("thief");
    let { key, n: lastCommit } = await joinBy(thief, roomTag, slots[0], 0);
    let epoch = 1;
    const commits = async (): Promise<number> => {
      let taken = 0;
      for (; taken < 99; taken++) {
        const next = newKey();
        const answer = await thief.ask(commitAppend(roomTag, next, { epoch, lastCommit }));
        if (answer.type !== "appended") break;
        [key, lastCommit, epoch] = [next, answer.n, epoch + 1];
        await thief.prove(roomTag, epoch, key);
      }
      return taken;
    };
    expect(await commits()).toBe(3);
    world.now += 10_000;
    expect(await commits()).toBe(1);
    // Messages have a rate of their own.
    let said = 0;
    while (said < 999 && (await talk(thief, roomTag, epoch)).type === "appended") said++;
    expect(said).toBeLessThanOrEqual(60);
    world.now += 1000;
    expect(await talk(thief, roomTag, epoch)).toMatchObject({ type: "appended" });
  });
});

describe("somebody who was removed", () => {
  it("A109: makes no live key of the members' with the one that was retired, not even between two of their commits", async () => {
    const { world, alice, roomTag, key, slots } = await room();
    const former = await world.connect("former");
    await former.prove(roomTag, 0, key);
    await rekey(alice, roomTag, 0);
    for (const ask of harm(roomTag, slots[0])) expect(await former.ask(ask)).toMatchObject(error("write_denied"));
    const { lastCommit } = await place(former, roomTag);
    const own = newKey();
    expect(await former.ask(commitAppend(roomTag, own, { epoch: 0, lastCommit }))).toMatchObject({ type: "appended" });
    await former.prove(roomTag, 1, own);
    for (const ask of harm(roomTag, slots[0])) expect(await former.ask(ask)).toMatchObject(error("on_probation"));
    // The member writes on, and keeps the room.
    expect(await talk(alice, roomTag, 1)).toMatchObject({ type: "appended" });
    expect(await isMember(alice, roomTag)).toBe(true);
    world.now += 60 * MINUTE;
    expect([await isMember(former, roomTag), await isMember(alice, roomTag)]).toEqual([false, true]);
  });
});

describe("the end of probation", () => {
  it("RULE writeKey.vouched: a newcomer is a member for the relay as soon as one of them proves both keys, and junk is not", async () => {
    const { world, alice, roomTag, key, slots } = await room();
    const bob = await world.connect("bob");
    const joined = await joinBy(bob, roomTag, slots[0], 0);
    expect(await isMember(bob, roomTag)).toBe(false);
    // A proof of the newcomer's key alone says nothing: the newcomer has it too.
    const stranger = await world.connect("stranger");
    await stranger.prove(roomTag, 1, joined.key);
    expect([await isMember(bob, roomTag), await isMember(stranger, roomTag)]).toEqual([false, false]);
    await alice.prove(roomTag, 0, key);
    await alice.prove(roomTag, 1, joined.key);
    expect([await isMember(bob, roomTag), await isMember(stranger, roomTag)]).toEqual([true, true]);
    // It is so for good, also after a restart, and for what comes after it.
    world.restart();
    const again = await world.connect("bob");
    await again.prove(roomTag, 1, joined.key);
    expect(await isMember(again, roomTag)).toBe(true);
    await rekey(again, roomTag, 1);
    expect(await isMember(again, roomTag)).toBe(true);
  });

  it("RULE writeKey.vouched: a key that is retired vouches for nobody", async () => {
    const { world, alice, roomTag, key, slots } = await room();
    const former = await world.connect("former");
    await former.prove(roomTag, 0, key);
    await rekey(alice, roomTag, 0);
    const { key: own } = await joinBy(former, roomTag, slots[0], 1);
    await former.prove(roomTag, 2, own);
    expect(await isMember(former, roomTag)).toBe(false);
  });

  it("RULE writeKey.quiet: where nobody else is there, newcomers act for the room after ten minutes, and until a member comes", async () => {
    const { world, roomTag, key, slots } = await room({ quotas: { blobBytesPerRoom: 400_000 } });
    world.restart();
    // Everybody sleeps. A relay that has just started has seen nobody for no longer than it runs.
    world.now += DAY;
    const bob = await world.connect("bob");
    await joinBy(bob, roomTag, slots[0], 0);
    expect(await isMember(bob, roomTag)).toBe(false);
    world.now += 9 * MINUTE;
    expect(await isMember(bob, roomTag)).toBe(false);
    world.now += MINUTE;
    expect(await isMember(bob, roomTag)).toBe(true);
    // It fills no more than a part, and its commits take nobody's key away.
    const file = (size: number) => ({
      type: "beginBlob" as const,
      roomTag,
      blobId: BlobId.of(systemRandom(32)),
      size,
    });
    expect(await bob.ask(file(96_000))).toMatchObject({ error: "quota_exceeded" });
    const begun = file(90_000);
    expect(await bob.ask(begun)).toMatchObject({ type: "blobState" });
    const write = { type: "writeBlob" as const, roomTag, blobId: begun.blobId };
    expect(await bob.ask({ ...write, index: 0, chunk: systemRandom(65_536) })).toMatchObject({ chunks: 1 });
    expect(await bob.ask(file(30_000))).toMatchObject({ error: "quota_exceeded" });
    await rekey(bob, roomTag, 1);
    const alice = await world.connect("alice");
    await alice.prove(roomTag, 0, key);
    expect([await isMember(alice, roomTag), await isMember(bob, roomTag)]).toEqual([true, false]);
    expect(await alice.ask(file(96_000))).toMatchObject({ type: "blobState" });
    // While she is connected it stays so, however long she says nothing.
    world.now += DAY;
    expect(await isMember(bob, roomTag)).toBe(false);
    // And a commit of hers ends it.
    await rekey(alice, roomTag, 0);
    expect(await talk(bob, roomTag, 2)).toMatchObject(error("write_denied"));
  });

  it("A109: RULE writeKey.there-till-gone: the wait begins when the last member goes, not when they last wrote or connected", async () => {
    const { world, roomTag, slots } = await room();
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    expect(await isMember(thief, roomTag)).toBe(false);
    // Alice is connected, reads, and then her device changes networks.
    world.tick(30 * MINUTE);
    world.core.close(1);
    world.tick(1000);
    expect(await isMember(thief, roomTag)).toBe(false);
    world.tick(9 * MINUTE);
    expect(await isMember(thief, roomTag)).toBe(false);
    world.tick(MINUTE);
    expect(await isMember(thief, roomTag)).toBe(true);
  });

  it("A109: RULE writeKey.there-till-gone: nor is the room given away in a week in which a member is connected and silent", async () => {
    const { world, roomTag, slots } = await room();
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    expect(await isMember(thief, roomTag)).toBe(false);
    for (let hour = 0; hour < 8 * 24; hour++) world.tick(60 * MINUTE);
    world.core.close(1);
    world.tick(11 * MINUTE);
    await rekey(thief, roomTag, 1);
    expect(world.store.rooms.get(roomTag)!.lineage).toBe(0);
    // Nor after a restart.
    world.restart();
    world.tick(1000);
    world.tick(11 * MINUTE);
    const again = await world.connect("thief");
    const next = await joinBy(again, roomTag, slots[0], 2);
    world.tick(11 * MINUTE);
    await rekey(again, roomTag, 3);
    expect([next.answer.type, world.store.rooms.get(roomTag)!.lineage]).toEqual(["appended", 0]);
  });

  it("A109: RULE writeKey.there-till-gone: whom a member has vouched for is there, also when that member has gone", async () => {
    const { world, alice, roomTag, slots } = await room();
    const bob = await world.connect("bob");
    const joined = await joinBy(bob, roomTag, slots[0], 0);
    await alice.prove(roomTag, 1, joined.key);
    expect(await isMember(bob, roomTag)).toBe(true);
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[1], 1);
    world.core.close(1);
    world.tick(60 * MINUTE);
    expect(await isMember(thief, roomTag)).toBe(false);
    world.tick(60 * MINUTE);
    expect([await isMember(thief, roomTag), await isMember(bob, roomTag)]).toEqual([false, true]);
  });

  it("A109: RULE writeKey.quiet: of two who fight for a room neither keeps the other from anything", async () => {
    const { world, roomTag, slots } = await room();
    world.restart();
    world.now += DAY;
    const both = [await world.connect("one"), await world.connect("two")];
    for (let minute = 0; minute < 60; minute++) {
      world.now += MINUTE;
      const epoch = minute;
      const who = both[minute % 2]!;
      await joinBy(who, roomTag, slots[0], epoch);
      expect(await talk(who, roomTag, epoch + 1)).toMatchObject({ type: "appended" });
      const act = await Promise.all(both.map((client) => isMember(client, roomTag)));
      expect(act).toEqual([minute >= 10, minute >= 11]);
      expect(await Promise.all(both.map((client) => isOwn(client, roomTag)))).toEqual([false, false]);
      for (const { slot } of slots) {
        expect(await who.ask({ type: "closeSlot", roomTag, slotId: slot.slotId })).toMatchObject(error("on_probation"));
      }
    }
  });

  it("RULE writeKey.succession: after a week without anybody the room is theirs, and not before", async () => {
    const { world, alice, roomTag, key, slots } = await room();
    await alice.ask(messageAppend(roomTag));
    world.restart();
    const owner = await world.connect("owner");
    world.now += DAY;
    const joined = await joinBy(owner, roomTag, slots[0], 0, 900);
    world.now += 6 * DAY;
    // Another one has been there, and is gone.
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[1], 0, 1500);
    world.now += MINUTE * 11;
    await owner.prove(roomTag, 1, joined.key);
    const second = await rekey(owner, roomTag, 1);
    expect(world.store.rooms.get(roomTag)!.lineage).toBe(0);
    world.now += 2 * DAY;
    await owner.prove(roomTag, 2, second);
    await rekey(owner, roomTag, 2);
    expect(world.store.rooms.get(roomTag)!.lineage).toBe(joined.n);
    expect(await talk(owner, roomTag, 3, 100_000)).toMatchObject({ type: "appended" });
    // The old key is one of somebody who is not there any more.
    const late = await world.connect("alice");
    await late.prove(roomTag, 0, key);
    expect(await isMember(late, roomTag)).toBe(false);
  });
  it("RULE writeKey.succession: not by a commit that is refused", async () => {
    const { world, roomTag, slots } = await room();
    world.core.close(1);
    const owner = await world.connect("owner");
    world.tick(1);
    await joinBy(owner, roomTag, slots[0], 0);
    world.tick(8 * DAY);
    const { lastCommit } = await place(owner, roomTag);
    const taken = { slotId: slots[1].slot.slotId, tokenPub: newKey().publicKey, blob: systemRandom(4) };
    const commit = commitAppend(roomTag, newKey(), { epoch: 1, lastCommit, slots: [taken] });
    expect(await owner.ask(commit)).toMatchObject(error("token_denied"));
    expect(world.store.rooms.get(roomTag)!.lineage).toBe(0);
  });
});

describe("slots", () => {
  it("RULE slot.expires: end after their life, or when nobody has refreshed them for long; members list and open them", async () => {
    const { world, alice, roomTag, slots } = await room({ rates: { commits: { burst: 1000, perSecond: 1 } } });
    const door = newSlot(new Uint8Array());
    expect(await alice.ask({ type: "putSlot", roomTag, slot: door, life: 3600 })).toMatchObject({ type: "done" });
    const listed = await alice.ask({ type: "listSlots", roomTag, after: null });
    const items = listed.type === "slots" ? listed.slots : [];
    expect(items.map(({ slotId }) => Buffer.from(slotId).toString("hex"))).toEqual(
      items.map(({ slotId }) => Buffer.from(slotId).toString("hex")).sort(),
    );
    expect(items.find(({ end }) => end > 0)).toEqual({ slotId: door.slotId, bytes: 0, end: world.now + 3_600_000 });
    world.now += 3_600_001;
    const get = (slotId: SlotId) => alice.ask({ type: "getSlot", roomTag, slotId, back: 0 });
    expect(await get(door.slotId)).toMatchObject(error("slot_unknown"));
    world.tick(1);
    expect(world.store.slots.get(world.store.rooms.get(roomTag)!.no, door.slotId)).toBeNull();
    // Two months, and many commits: one slot is kept in step, the other is not.
    for (let epoch = 0; epoch < 256; epoch++) await rekey(alice, roomTag, epoch);
    await alice.ask({ type: "putSlot", roomTag, slot: slots[0].slot, life: 0 });
    world.tick(61 * DAY);
    expect(await get(slots[0].slot.slotId)).toMatchObject({ type: "slot" });
    expect(await get(slots[1].slot.slotId)).toMatchObject(error("slot_unknown"));
  });

  it("A109: RULE slot.members-commits: are not ended by the commits of somebody who has another link, while nobody is there", async () => {
    const { world, alice, roomTag, slots } = await room();
    const thief = await world.connect("thief");
    for (let n = 0; n < 260; n++) {
      world.now += 2000;
      expect((await joinBy(thief, roomTag, slots[0], 0)).answer).toMatchObject({ type: "appended" });
    }
    world.tick(61 * DAY);
    const answer = await alice.ask({ type: "getSlot", roomTag, slotId: slots[1].slot.slotId, back: 0 });
    expect(answer).toMatchObject({ type: "slot" });
  });
});

describe("the epoch of a commit by an invite", () => {
  it("RULE slot.known-epoch: A107: is one that some commit led to", async () => {
    const { world, roomTag, slots } = await room();
    const thief = await world.connect("thief");
    const far = await joinBy(thief, roomTag, slots[0], 1);
    expect(far.answer).toMatchObject(error("write_denied"));
    expect(await thief.ask({ type: "read", roomTag, fromN: 1, limit: 10 })).toMatchObject({ items: [] });
    await joinBy(thief, roomTag, slots[0], 0);
    const other = await world.connect("other");
    expect((await joinBy(other, roomTag, slots[1], 2)).answer).toMatchObject(error("write_denied"));
    world.now += 60_000;
    expect((await joinBy(other, roomTag, slots[1], 1)).answer).toMatchObject({ type: "appended" });
  });
});

describe("pleas", () => {
  it("RULE plea.bounded: somebody with a key that is retired asks for help, a little; members find and answer it", async () => {
    const { world, alice, roomTag, key } = await room();
    const victim = await world.connect("victim");
    const plea = (client: ScriptedClient) =>
      client.ask({ type: "postPlea", roomTag, stays: false, blob: systemRandom(40) });
    await victim.prove(roomTag, 0, key);
    await rekey(alice, roomTag, 0);
    await alice.ask({ type: "subscribe", roomTag, fromN: 1 });
    expect(await plea(victim)).toMatchObject({ type: "posted" });
    expect(alice.pushes.at(-1)).toEqual({ type: "requestsChanged", roomTag });
    expect(await plea(victim)).toMatchObject(error("rate_limited"));
    const list = async () => {
      const answer = await alice.ask({ type: "listRequests", roomTag, after: 0 });
      return answer.type === "requests" ? answer.requests : [];
    };
    expect(await list()).toMatchObject([{ slotId: null }]);
    const inboxId = InboxId.of(systemRandom(32));
    const { request } = (await list())[0]!;
    expect(await alice.ask({ type: "answerRequest", roomTag, request, inboxId, blob: systemRandom(3) })).toMatchObject({
      type: "done",
    });
    expect(await list()).toEqual([]);
    // Many of one address leave two; of many addresses there are sixteen.
    for (let n = 0; n < 40; n++) {
      world.now += 10 * MINUTE;
      const other = await world.connect(n < 10 ? "one" : `address ${n}`);
      await other.prove(roomTag, 0, key);
      expect(await plea(other)).toMatchObject({ type: "posted" });
      expect(await list()).toHaveLength(n < 10 ? Math.min(2, n + 1) : Math.min(16, n - 7));
    }
  });
});

it("A107: RULE plea.forgotten-key: somebody whose key the relay has forgotten asks all the same, and takes no place of those who have one", async () => {
  const { world, alice, roomTag, key } = await room();
  const plea = (client: ScriptedClient) =>
    client.ask({ type: "postPlea", roomTag, stays: false, blob: systemRandom(40) });
  let newest = key;
  for (let epoch = 0; epoch < 80; epoch++) {
    world.now += MINUTE;
    newest = await rekey(alice, roomTag, epoch);
  }
  expect(newest.publicKey).toHaveLength(32);
  const victim = await world.connect("victim");
  expect(await victim.prove(roomTag, 1, key)).toMatchObject(error("write_denied"));
  expect(await plea(victim)).toMatchObject({ type: "posted" });
  expect(await plea(victim)).toMatchObject(error("rate_limited"));
  const answers: string[] = [];
  for (let n = 0; n < 9; n++) {
    const answer = await plea(await world.connect(`address ${n}`));
    answers.push(answer.type === "error" ? answer.error : answer.type);
  }
  expect(answers).toEqual([...Array<string>(7).fill("posted"), "quota_exceeded", "quota_exceeded"]);
  await alice.prove(roomTag, 80, newest);
  expect(await plea(alice)).toMatchObject({ type: "posted" });
});

it("A107: RULE plea.stays: who asks again is heard by all: for two minutes nobody takes the plea away, and then somebody may", async () => {
  const { world, alice, roomTag, key } = await room();
  const victim = await world.connect("victim");
  await victim.prove(roomTag, 0, key);
  await rekey(alice, roomTag, 0);
  const blob = systemRandom(40);
  const plead = (stays: boolean) => victim.ask({ type: "postPlea", roomTag, stays, blob });
  const posted = await plead(true);
  const request = posted.type === "posted" ? posted.request : 0;
  const list = async () => {
    const answer = await alice.ask({ type: "listRequests", roomTag, after: 0 });
    return answer.type === "requests" ? answer.requests.map((each) => each.request) : [];
  };
  const inbox = newKey();
  await victim.proveInbox(inbox);
  const inboxId = inboxIdOf((data) => nodeCrypto.hash("sha256", data), inbox.publicKey);
  const answer = () => alice.ask({ type: "answerRequest", roomTag, request, inboxId, blob: systemRandom(3) });
  const take = () => alice.ask({ type: "deleteRequest", roomTag, request });
  for (let n = 1; n <= 2; n++) {
    expect(await answer()).toMatchObject({ type: "done" });
    expect(await victim.ask({ type: "fetchInbox", inboxId, after: 0 })).toMatchObject({ items: { length: n } });
    expect(await take()).toMatchObject({ ...error("rate_limited"), retryAfter: 2 * MINUTE });
    expect(await list()).toEqual([request]);
  }
  world.now += 2 * MINUTE;
  expect(await answer()).toMatchObject({ type: "done" });
  expect(await list()).toEqual([]);
});

it("A83: RULE plea.stays-seldom: a plea that is left again stays for two minutes of ten, and everybody is told of it again", async () => {
  const { world, alice, roomTag, key } = await room();
  await alice.ask({ type: "subscribe", roomTag, fromN: 1 });
  await rekey(alice, roomTag, 0);
  const blob = systemRandom(40);
  const plead = async (from: string) => {
    const client = await world.connect(from);
    await client.prove(roomTag, 0, key);
    return client.ask({ type: "postPlea", roomTag, stays: true, blob });
  };
  const posted = await plead("victim");
  const request = posted.type === "posted" ? posted.request : 0;
  world.now += 3 * MINUTE;
  // Wherever it comes from.
  for (const from of ["victim", "elsewhere"])
    expect(await plead(from)).toMatchObject({ ...error("rate_limited"), retryAfter: 7 * MINUTE });
  world.now += 7 * MINUTE;
  alice.pushes.length = 0;
  expect(await plead("elsewhere")).toMatchObject({ type: "posted", request });
  expect(alice.pushes).toEqual([{ type: "requestsChanged", roomTag }]);
  const take = () => alice.ask({ type: "deleteRequest", roomTag, request });
  expect(await take()).toMatchObject({ ...error("rate_limited"), retryAfter: 2 * MINUTE });
  world.now += 2 * MINUTE;
  expect(await take()).toMatchObject({ type: "done" });
});

it("A83, A107: RULE plea.answers-bounded: while a plea stays it gets eight answers, four of them from one address", async () => {
  const { world, alice, roomTag, key } = await room();
  const victim = await world.connect("victim");
  await victim.prove(roomTag, 0, key);
  const newest = await rekey(alice, roomTag, 0);
  const posted = await victim.ask({ type: "postPlea", roomTag, stays: true, blob: systemRandom(40) });
  const request = posted.type === "posted" ? posted.request : 0;
  const inbox = newKey();
  await victim.proveInbox(inbox);
  const inboxId = inboxIdOf((data) => nodeCrypto.hash("sha256", data), inbox.publicKey);
  const taken: number[] = [];
  for (const from of ["one", "another", "a third"]) {
    const member = await world.connect(from);
    await member.prove(roomTag, 1, newest);
    let done = 0;
    for (let n = 0; n < 6; n++) {
      const answer = await member.ask({ type: "answerRequest", roomTag, request, inboxId, blob: systemRandom(3) });
      if (answer.type === "done") done++;
      else expect(answer).toMatchObject(error("quota_exceeded"));
    }
    taken.push(done);
  }
  expect(taken).toEqual([4, 4, 0]);
  expect(await victim.ask({ type: "fetchInbox", inboxId, after: 0 })).toMatchObject({ items: { length: 8 } });
});

it("A109: RULE slot.end-not-sooner: a link that was closed has no end when it is opened again, whatever life it is given", async () => {
  const { world, alice, roomTag, slots } = await room();
  const { slot } = slots[0];
  const { slotId } = slot;
  expect(await alice.ask({ type: "closeSlot", roomTag, slotId })).toMatchObject({ type: "done" });
  expect(await alice.ask({ type: "putSlot", roomTag, slot, life: 1 })).toMatchObject({ type: "done" });
  world.tick(61 * MINUTE);
  expect(await alice.ask({ type: "getSlot", roomTag, slotId, back: 0 })).toMatchObject({ type: "slot" });
});

it("A107: RULE slot.door-ends-itself; RULE slot.end-not-sooner: no member shuts a door, or makes it or a link end sooner", async () => {
  const { world, alice, roomTag, key, slots } = await room();
  const bob = await world.connect("bob");
  await bob.prove(roomTag, 0, key);
  const door = newSlot(systemRandom(100));
  const put = (client: ScriptedClient, slot: typeof door, life: number) =>
    client.ask({ type: "putSlot", roomTag, slot, life });
  expect(await put(alice, door, 3600)).toMatchObject({ type: "done" });
  expect(await bob.ask({ type: "closeSlot", roomTag, slotId: door.slotId })).toMatchObject({ type: "done" });
  for (const life of [1, 0]) await put(bob, door, life);
  const { slot } = slots[0];
  await put(bob, slot, 1);
  // Nobody opens one that lives on and on.
  const longer = newSlot();
  await put(bob, longer, 0xffff_ffff);
  const isThere = async ({ slotId }: typeof door) =>
    (await alice.ask({ type: "getSlot", roomTag, slotId, back: 0 })).type === "slot";
  world.tick(59 * MINUTE);
  expect([await isThere(door), await isThere(slot), await isThere(longer)]).toEqual([true, true, true]);
  world.tick(61 * MINUTE);
  expect([await isThere(door), await isThere(slot), await isThere(longer)]).toEqual([false, true, false]);
});

it("counts what people on probation write and are refused, and nothing of members", async () => {
  const { world, alice, roomTag, slots } = await room();
  await talk(alice, roomTag, 0);
  await alice.ask({ type: "closeSlot", roomTag, slotId: slots[1].slot.slotId });
  expect(world.core.probation).toEqual({ records: 0, bytes: 0, refusals: 0 });
  const thief = await world.connect("thief");
  const { answer } = await joinBy(thief, roomTag, slots[0], 0);
  expect(answer).toMatchObject({ type: "appended" });
  const { bytes } = world.core.probation;
  expect(bytes).toBeGreaterThan(100);
  await talk(thief, roomTag, 1, 123);
  for (const ask of harm(roomTag, slots[1])) await thief.ask(ask);
  expect(world.core.probation).toEqual({ records: 2, bytes: bytes + 123, refusals: 4 });
});

describe("a member who commits in a loop", () => {
  it("A83: RULE commits.in-turn: does not keep the others from committing", async () => {
    const { world, alice, roomTag, key } = await room();
    // Mallory answers each commit at once with the next, on as many connections as it likes; Alice takes a second to make one.
    const troll = await Promise.all(Array.from({ length: 8 }, () => world.connect("mallory")));
    let [newest, epoch] = [key, 0];
    for (const each of [...troll, alice]) await each.prove(roomTag, 0, key);
    const waits: number[] = [];
    let refused = 0;
    for (let round = 0; round < 20; round++) {
      const begun = world.now;
      for (let tries = 0; tries < 60; tries++) {
        const seen = await place(alice, roomTag);
        await alice.prove(roomTag, epoch, newest);
        const at = epoch;
        // So much goes on while Alice makes her commit.
        for (let step = 0; step < 20; step++) {
          world.now += 50;
          const each = troll[step % troll.length]!;
          await each.prove(roomTag, epoch, newest);
          const next = newKey();
          const { lastCommit } = await place(each, roomTag);
          const answer = await each.ask(commitAppend(roomTag, next, { epoch, lastCommit }));
          if (answer.type === "appended") [newest, epoch] = [next, epoch + 1];
          else refused++;
        }
        const next = newKey();
        const answer = await alice.ask(commitAppend(roomTag, next, { epoch: at, lastCommit: seen.lastCommit }));
        if (answer.type !== "appended") continue;
        [newest, epoch] = [next, epoch + 1];
        break;
      }
      waits.push(world.now - begun);
    }
    console.info(
      `a commit beside a loop waits ${Math.max(...waits)} ms at most, the loop was refused ${refused} times`,
    );
    expect(Math.max(...waits)).toBeLessThanOrEqual(4000);
  });
});

describe("somebody who commits junk by one link, as fast as that goes", () => {
  it("A83: RULE commits.others-between: does not keep a member from committing", async () => {
    const { world, alice, roomTag, slots } = await room();
    const thief = await world.connect("thief");
    const lines: { epoch: number }[] = [];
    // Each join gives a key that commits now and then; 31 of them together commit more than twice a second.
    const junk = async (): Promise<void> => {
      const { lastCommit } = await place(thief, roomTag);
      for (const line of lines) {
        const next = newKey();
        const answer = await thief.ask(commitAppend(roomTag, next, { epoch: line.epoch, lastCommit }));
        if (answer.type !== "appended") continue;
        line.epoch++;
        await thief.prove(roomTag, line.epoch, next);
        return;
      }
      const { answer } = await joinBy(thief, roomTag, slots[0], 0);
      if (answer.type !== "appended") return;
      lines.push({ epoch: 1 });
      if (lines.length > 31) lines.shift();
    };
    for (let n = 0; n < 400; n++) {
      world.now += 500;
      await junk();
    }
    const begun = world.now;
    for (let isDone = false; !isDone && world.now - begun < 30_000;) {
      const { lastCommit } = await place(alice, roomTag);
      // So much goes on while Alice makes her commit.
      for (let step = 0; step < 3; step++) {
        world.now += 400;
        await junk();
      }
      isDone = (await alice.ask(commitAppend(roomTag, newKey(), { epoch: 0, lastCommit }))).type === "appended";
    }
    expect(world.now - begun).toBeLessThanOrEqual(6000);
  }, 60_000);
});

describe("a member who loses races all the time", () => {
  it("A83: RULE commits.others-between: keeps no newcomer out", async () => {
    const { world, alice, roomTag, slots } = await room();
    const bob = await world.connect("bob");
    // Alice commits on an old log, and so has one turn after another.
    await rekey(alice, roomTag, 0);
    const lose = () => alice.ask(commitAppend(roomTag, newKey(), { epoch: 1, lastCommit: 0 }));
    let [refused, joined] = [0, 0];
    for (let step = 0; step < 240; step++) {
      world.now += 100;
      await lose();
      const { answer } = await joinBy(bob, roomTag, slots[0], 1);
      if (answer.type === "appended") joined++;
      else refused++;
      if (joined > 0 && step > 120) break;
    }
    expect(joined).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(5);
  });
});
