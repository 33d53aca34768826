import { MessageChannel, type MessagePort } from "node:worker_threads";
import { answerCalls, channelOf, type HomeEvent, HomeHost, type MessageEnd, remoteHome } from "@conclave/client/rpc";
import { type MessageId, MessageNonce, preset } from "@conclave/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { type Home, World } from "./world.js";

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A page's end of a home: every message goes through a real port, and is cloned as between threads. */
function pageOf(home: Home) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const worker = channelOf(port1 as unknown as MessageEnd);
  const tell = (event: HomeEvent) => {
    worker.send({ event });
  };
  const host = new HomeHost(home.client, tell, home.world.clock);
  answerCalls(worker, () => host.calls() as never);
  const page = remoteHome<object, HomeEvent>(channelOf(port2 as unknown as MessageEnd));
  const events: HomeEvent[] = [];
  page.watch((event) => {
    if (event.type !== "moved") events.push(event);
  });
  return { ...page, events };
}

describe("a home in another thread", () => {
  it("founds, invites, joins and talks through the boundary", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    const [a, b] = [pageOf(alice), pageOf(bob)];
    const room = { title: "Garden", name: "Alice", policy: preset("owner"), relay: "ws://relay" };
    const key = await world.get(a.home.createRoom(room));
    const made = await world.get(
      a.room(key).createInvite({ label: "link", for: { class: "single" }, notAfter: null, mode: "direct" }),
    );
    const link = await a.room(key).inviteLink(made.invitation!.inviteId, "https://chat.example");
    const invited = await world.get(b.home.lookAt(link!));
    expect(invited).toMatchObject({ title: "Garden", mode: "direct" });
    expect(await world.get(b.home.accept(invited.ticket, "Bob"))).toBe(key);
    await world.until(() =>
      a.events.some((event) => event.type === "room" && event.room.lately?.action.type === "add"),
    );
    await world.get(b.room(key).send("hello"));
    await world.get(b.room(key).flushed(10_000));
    const texts = () =>
      a.events.flatMap((event) =>
        event.type === "events"
          ? event.events.flatMap((each) =>
              each.type === "item" && each.item.kind === "message"
                ? [new TextDecoder().decode(each.item.message.body)]
                : [],
            )
          : [],
      );
    await world.until(() => texts().includes("hello"));
    expect((await a.home.detail(key))!.members.map(({ name }) => name)).toEqual(["Alice", "Bob"]);
    expect((await a.home.rooms())[0]).toMatchObject({ key, title: "Garden", status: { unread: 1 } });
    // What was decided before the newest message is no news any more.
    expect((await a.home.rooms())[0]).toMatchObject({ latest: { author: { name: "Bob" } }, lately: null });
  });

  it("a post that is said again, because nobody knows what became of it, is there once", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice");
    const page = pageOf(alice);
    const { key } = (await page.home.rooms())[0]!;
    const post = {
      nonce: MessageNonce.of(new Uint8Array(16).fill(7)),
      kind: "text",
      body: new TextEncoder().encode("once"),
    };
    const { id } = await world.get(page.room(key).post(post));
    await world.get(page.room(key).post(post));
    await world.get(page.room(key).flushed(10_000));
    expect(await world.get(page.room(key).post(post))).toMatchObject({ state: "sent", id });
    expect(await alice.texts()).toEqual(["Alice: once"]);
  });

  it("a list of rooms that waits for a slow one does not tell what is over by then", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    const slow = await alice.found("Garden", "Alice");
    const quick = await alice.found("Kitchen", "Alice");
    const page = pageOf(alice);
    await page.home.rooms();
    let answer: (draft: string) => void = () => undefined;
    const read = new Promise<string>((resolve) => {
      answer = resolve;
    });
    slow.draft = () => read;
    const listed = page.home.rooms();
    const { n } = quick.status();
    await world.get(quick.send("hello"));
    const newest = () => page.events.findLast((event) => event.type === "room" && event.room.title === "Kitchen");
    await world.until(() => quick.status().n > n && newest() !== undefined);
    await world.get(quick.flushed(10_000));
    answer("");
    const kitchen = (await listed).find(({ title }) => title === "Kitchen")!;
    expect(kitchen.status).toMatchObject({ n: quick.status().n, pending: 0 });
  });

  it("a list of rooms shows no message that was forgotten while the room was read for it, and what came meanwhile", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    const room = await alice.found("Garden", "Alice");
    const page = pageOf(alice);
    const ids: MessageId[] = [];
    for (const text of ["one", "two", "three"]) ids.push((await world.get(room.send(text))).id);
    await world.get(room.flushed(10_000));
    const latest = async () => {
      const text = (await page.home.rooms())[0]?.latest?.body;
      return text && new TextDecoder().decode(text);
    };
    expect(await latest()).toBe("three");
    const timeline = room.timeline.bind(room);
    let go: () => void = () => undefined;
    const slowly = () => {
      const held = new Promise<void>((resolve) => (go = resolve));
      room.timeline = async (asked) => {
        const found = await timeline(asked);
        await held;
        return found;
      };
    };
    slowly();
    await world.run(room.forgetMessages([ids[2]!]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await world.run(room.forgetMessages([ids[1]!]));
    go();
    expect(await latest()).toBe("one");
    slowly();
    await world.run(room.forgetMessages([ids[0]!]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await world.get(room.send("four"));
    go();
    expect(await latest()).toBe("four");
  });

  it("A19: RULE remote.stale-told: a list of people that grows old while nothing happens is told, by the clock", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    const [a, b] = [pageOf(alice), pageOf(bob)];
    const { rules, settings } = preset("owner");
    const policy = { rules, settings: { ...settings, maxStale: 3_600_000 } };
    const key = await world.get(a.home.createRoom({ title: "Garden", name: "Alice", policy, relay: "ws://relay" }));
    const terms = { label: "link", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const made = await world.get(a.room(key).createInvite(terms));
    const link = await a.room(key).inviteLink(made.invitation!.inviteId, "https://chat.example");
    const invited = await world.get(b.home.lookAt(link!));
    await world.get(b.home.accept(invited.ticket, "Bob"));
    const told = () =>
      b.events.flatMap((event) => (event.type === "room" ? [event.room.status.freshness.state] : [])).at(-1);
    await world.get(a.room(key).send("here I am"));
    await world.until(() => told() !== undefined);
    await world.get(b.room(key).checkNow(60_000));
    await world.until(() => told() === "fresh");
    await alice.client.close();
    for (const [state, halfHours] of [
      ["aging", 1],
      ["stale", 2],
      ["expired", 16],
    ] as const) {
      for (let passed = 0; passed < halfHours; passed++) await world.pass(1_800_000);
      await world.until(() => told() === state);
    }
  });

  it("RULE remote.closed-list: what is not meant for pages cannot be called", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    const session = await alice.found("Garden", "Alice");
    const page = pageOf(alice);
    const { key } = (await page.home.rooms())[0]!;
    expect(session.title).toBe("Garden");
    const calls = page.room(key) as unknown as Record<string, () => Promise<unknown>>;
    for (const method of ["engine", "carryOut", "watch", "constructor"]) {
      await expect(calls[method]!()).rejects.toThrow(`no call ${method}`);
    }
    const others = page.home as unknown as Record<string, () => Promise<unknown>>;
    for (const method of ["close", "toString", "constructor"]) {
      await expect(others[method]!()).rejects.toThrow(`no call ${method}`);
    }
  });
});
