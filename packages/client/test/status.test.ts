import { utf8Bytes, type Result } from "@conclave/codec";
import { type NamedSshKey, SshKey } from "@conclave/protocol";
import type { Problem, RoomStatus } from "@conclave/client";
import { nodeCrypto, quickNodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

const person = (home: Home, name: string) => home.room.members().find((each) => each.name === name)!.person;

function codeOf(result: Result<unknown, Problem>): string | null {
  if (result.ok) return null;
  return result.error.kind === "refused" ? result.error.rejection.code : result.error.kind;
}

const removal = (home: Home, name: string, ban: boolean) =>
  ({ type: "remove", person: person(home, name), ban }) as const;

describe("how a room stands", () => {
  it("of who founded it, alone: everything is there, nothing waits, and nobody has to confirm it", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice");
    await world.get(alice.room.synced(10_000));
    const wanted: Partial<RoomStatus> = {
      ...{ standing: "member", connection: "live", isLeaving: false, ending: null, paused: null, comingBack: null },
      ...{ pending: 0, unread: 0, mentions: 0, firstUnread: null, requests: 0, asked: 0, roomAhead: 0, alarms: [] },
      listMarks: { isPinned: false, isUnread: false, archivedAt: null },
      ...{ isMuted: false, isConfirmed: true, seq: 0, n: 0, epoch: 0 },
    };
    expect(alice.room.status()).toMatchObject(wanted);
    expect(alice.room.status().fileLimit).toBeGreaterThan(1_000_000);
    const checked = await world.get(alice.room.checkNow(10_000));
    expect(checked).toMatchObject({ isConfirmed: true, answeredBy: [], took: 0 });
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect(alice.room.status()).toMatchObject({ seq: 1, n: 1, epoch: 1 });
    expect(alice.room.title).toBe("Meadow");
  });

  it("of whose keys are computed more quickly some seconds after the room is there, who computes them", async () => {
    const world = new World();
    const alice = world.home();
    let loaded: Promise<void> | undefined;
    const quicken = () => (loaded = quickNodeCrypto.quicken!());
    alice.crypto = { ...nodeCrypto, providers: quickNodeCrypto.providers!, quicken };
    await alice.open();
    await alice.found("Garden", "Alice");
    await world.get(alice.room.synced(10_000));
    expect(alice.room.status().providers).toEqual({ curves: "openssl", mlKem: "noble" });
    expect(loaded).toBeUndefined();
    await world.pass(3_000);
    await loaded;
    expect(alice.room.status().providers).toEqual({ curves: "openssl", mlKem: "libsodium" });
  });

  it("asks for those quicker keys again every ten minutes, in case they could not be fetched", async () => {
    const world = new World();
    const alice = world.home();
    let asked = 0;
    const quicken = () => {
      asked++;
      return Promise.resolve();
    };
    alice.crypto = { ...nodeCrypto, quicken };
    await alice.open();
    await alice.found("Garden", "Alice");
    await world.get(alice.room.synced(10_000));
    await world.pass(3_000);
    expect(asked).toBe(1);
    await world.pass(9 * 60_000);
    expect(asked).toBe(1);
    await world.pass(60_000);
    expect(asked).toBe(2);
  });

  it("of who has no relay, that; of who writes meanwhile, how much waits", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    world.isDown = true;
    world.cut();
    await world.pass(100);
    expect(["offline", "connecting"]).toContain(alice.room.status().connection);
    expect(alice.room.status().fileLimit).toBeNull();
    for (const text of ["one", "two"]) await world.get(alice.room.send(text));
    expect(alice.room.status()).toMatchObject({ pending: 2, standing: "member", paused: null });
    world.isDown = false;
    await world.get(alice.room.flushed(600_000));
    expect(alice.room.status()).toMatchObject({ pending: 0, connection: "live" });
  });

  it("of who was removed: by whom, when and whether for good; a restart changes nothing of that", async () => {
    for (const isBan of [false, true]) {
      const world = new World();
      const [alice, bob] = await twoIn(world);
      await world.get(alice.room.decide(removal(alice, "Bob", isBan)));
      await world.until(() => bob.room.status().standing === "removed");
      const ending = { problem: null, by: { name: "Alice" }, isBan };
      expect(bob.room.status()).toMatchObject({ ending, asked: 0, comingBack: null });
      expect(bob.room.status().ending!.time).toBeGreaterThan(0);
      await world.run(bob.client.close());
      await bob.open();
      expect(bob.room.status()).toMatchObject({ standing: "removed", ending });
      expect([bob.room.members(), codeOf(await world.run(bob.room.send("x")))]).toEqual([[], "not_member"]);
    }
  });

  it("of who left: who let them go; of who was alone, nobody; and the only owner does not leave the others without one", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    expect(codeOf(await world.run(alice.room.leave()))).toBe("last_owner");
    expect(alice.room.status().isLeaving).toBe(false);
    await world.get(bob.room.leave());
    await world.until(() => bob.room.status().standing === "left");
    expect(bob.room.status()).toMatchObject({
      isLeaving: false,
      ending: { problem: null, by: { name: "Alice" }, isBan: false },
    });
    await world.until(() => alice.room.members().length === 1);
    await world.get(alice.room.leave());
    expect(alice.room.status()).toMatchObject({
      standing: "left",
      ending: { problem: null, by: null, time: null, isBan: false },
    });
  });

  it("of who is leaving: nothing that others said since counts or is shown, and said once is enough", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(bob.room.send("before"));
    await world.get(bob.room.flushed(10_000));
    const [link] = [await alice.invite()];
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.until(() => bob.room.members().length === 3);
    await world.run(alice.client.close());
    // Only the owner's device was to let him go; Carol's is stopped too.
    const carols = carol.room;
    await world.get(carols.flushed(10_000));
    world.beforeFrames = (home, frames) => {
      const isCommit = frames.some((frame) => frame.type === "append" && frame.kind === "commit");
      return home === carol && isCommit ? new Promise<void>(() => undefined) : undefined;
    };
    await world.get(bob.room.leave());
    const events: string[] = [];
    bob.room.watch(({ type }) => events.push(type));
    await world.get(bob.room.leave());
    const pending = carols.send("meanwhile");
    await world.run(pending);
    await world.pass(1000);
    expect(bob.room.status()).toMatchObject({ isLeaving: true, unread: 0, mentions: 0, firstUnread: null });
    expect(await bob.texts()).not.toContain("Carol: meanwhile");
    expect(await world.run(bob.room.search("meanwhile"))).toEqual([]);
    expect((await world.run(bob.room.search("before"))).length).toBe(1);
    expect(events).not.toContain("item");
  });

  it("of two messages, one of which names you: which is the first that was not read, and how many name you", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(bob.room.send("hello"));
    await world.get(bob.room.send("@Alice hello"));
    await world.until(() => alice.room.status().unread === 2);
    const items = await world.run(alice.room.timeline({ limit: 100 }));
    const messages = items.filter(({ kind }) => kind === "message");
    expect(alice.room.status()).toMatchObject({ mentions: 1, firstUnread: messages[0]!.n });
    await world.run(alice.room.markRead(messages[0]!.n));
    expect(alice.room.status()).toMatchObject({ unread: 1, mentions: 1, firstUnread: messages[1]!.n });
    await world.run(alice.room.markRead(messages[1]!.n));
    expect(alice.room.status()).toMatchObject({ unread: 0, mentions: 0, firstUnread: null });
    // Who wrote them has read them.
    expect(bob.room.status().unread).toBe(0);
  });

  it("of a room whose clock is ahead of ours: by how much, as links end by it; one that is made now lasts all the same", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const hour = 3_600_000;
    alice.skew = -hour;
    expect(alice.room.status().roomAhead).toBeGreaterThan(hour - 60_000);
    alice.skew = hour;
    expect(alice.room.status().roomAhead).toBe(0);
  });

  it("is told when this device's clock is doubted, until its person says that it is right", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    expect(alice.room.status().clockAhead).toBe(0);
    await world.run(alice.client.close());
    const hour = 3_600_000;
    alice.skew = -hour;
    await alice.open();
    await world.get(alice.room.synced(10_000));
    expect(alice.room.status().clockAhead).toBeLessThan(-hour + 60_000);
    alice.client.trustClock();
    expect(alice.room.status().clockAhead).toBe(0);
  });
});

describe("a list of SSH keys", () => {
  const key = (n: number): NamedSshKey => ({ key: SshKey.of(new Uint8Array(32).fill(n)), comment: `key ${String(n)}` });

  it("takes what is new of a file, leaves what is listed, and takes off what is on it", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const comments = (home: Home) =>
      home.room
        .sshKeys()
        .map(({ comment }) => comment)
        .toSorted();
    expect(await world.get(alice.room.allowKeys([key(2), key(1)]))).toMatchObject({
      count: 2,
      left: 0,
      progress: { done: true },
    });
    const { seq } = alice.room.status();
    expect(await world.get(alice.room.allowKeys([key(1), key(2)]))).toEqual({ progress: null, count: 0, left: 0 });
    expect(await world.get(alice.room.allowKeys([]))).toEqual({ progress: null, count: 0, left: 0 });
    expect(alice.room.status().seq).toBe(seq);
    expect(await world.get(alice.room.allowKeys([key(2), key(3)]))).toMatchObject({ count: 1, left: 0 });
    await world.until(() => bob.room.sshKeys().length === 3);
    expect(comments(bob)).toEqual(["key 1", "key 2", "key 3"]);
    expect(await world.get(alice.room.disallowKeys([key(9).key]))).toEqual({ progress: null, count: 0, left: 0 });
    expect(await world.get(alice.room.disallowKeys([key(1).key, key(3).key, key(9).key]))).toMatchObject({
      count: 2,
      left: 0,
    });
    expect(comments(alice)).toEqual(["key 2"]);
    // Who may not decide it is told so, and who is out of the room that they are.
    expect(codeOf(await world.run(bob.room.allowKeys([key(4)])))).toBe("not_allowed");
    await world.get(alice.room.decide(removal(alice, "Bob", false)));
    await world.until(() => bob.room.status().standing === "removed");
    await world.run(bob.client.close());
    await bob.open();
    expect(codeOf(await world.run(bob.room.allowKeys([key(4)])))).toBe("not_member");
    expect(codeOf(await world.run(bob.room.disallowKeys([key(2).key])))).toBe("not_member");
  });
});

describe("what a person has begun to write", () => {
  it("is kept until it is taken away, up to a length that no message has", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice");
    expect(await alice.room.draft()).toBe("");
    await world.run(alice.room.setDraft("hello"));
    expect(await alice.room.draft()).toBe("hello");
    await world.run(alice.room.setDraft("x".repeat(256 * 1024 + 1)));
    expect((await alice.room.draft()).length).toBe(256 * 1024);
    await world.run(alice.room.setDraft(""));
    expect(await alice.room.draft()).toBe("");
    expect(utf8Bytes(await alice.room.draft())).toHaveLength(0);
  });
});
