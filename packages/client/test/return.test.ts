import { nodeCrypto } from "@conclave/crypto/node";
import { inviteLink, parseLink, returnSecret, seedOfPhrase } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { type Home, World } from "./world.js";

/** Alice founds a room in which Bob and Carol are, and can come back; gives a link that is over. */
async function prepared(world: World, policy?: Parameters<Home["found"]>[2]) {
  const [alice, bob] = [world.home(), world.home()];
  for (const home of [alice, bob]) await home.open();
  await alice.found("Garden", "Alice", policy);
  const link = await alice.invite("direct", 1);
  await bob.join(link, "Bob");
  await world.until(() => alice.room.members().length === 2);
  expect(alice.room.returning()).toBe("possible");
  await world.get(alice.room.prepareReturn());
  expect(alice.room.returning()).toBe("ready");
  await world.until(() => bob.room.status().n === alice.room.status().n);
  return { alice, bob, link, words: alice.client.recoveryPhrase() };
}

describe("an owner who has lost the browser", () => {
  it("comes back by the words and a link that is over, with nobody online, in the old one's place", async () => {
    const world = new World();
    const { alice, bob, link, words } = await prepared(world);
    await world.get(alice.room.send("before"));
    await world.get(alice.room.flushed(10_000));
    // Nobody is there. The old browser is not gone, only asleep.
    await world.pass(10_000);
    for (const home of [alice, bob]) await world.run(home.client.close());
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    const invited = await world.get(returned.client.previewInvite(link));
    expect(invited).toMatchObject({ mode: "return", title: "Garden" });
    const room = await world.get(invited.accept("Mallory"));
    expect(room.status()).toMatchObject({ standing: "member" });
    expect(room.members().map(({ name, role, isYou }) => [name, role, isYou])).toEqual([
      ["Alice", "owner", true],
      ["Bob", "member", false],
    ]);
    await world.get(room.send("I am back"));
    await world.get(room.flushed(10_000));
    // Bob sees it, and by what; the old browser learns that it is out, and how.
    await bob.open();
    await world.until(() => bob.room.status().n === room.status().n);
    expect(await bob.texts()).toEqual(["Alice: before", "Alice: I am back"]);
    expect(bob.room.decisions().at(-1)).toMatchObject({ action: { type: "return" }, by: { name: "Alice" } });
    await alice.open();
    await world.until(() => alice.room.status().standing === "removed");
    expect(alice.room.status().ending).toMatchObject({ by: { isYou: true } });
    expect(await alice.texts()).toEqual(["Alice: before"]);
    // Somebody who was there speaks: the room is the true one.
    await world.get(bob.room.send("welcome"));
    await world.until(() => returned.room.status().isConfirmed);
    expect(returned.room.roomCode()).toBe(bob.room.roomCode());
    // What an owner may is theirs again.
    await world.get(returned.room.decide({ type: "setTitle", title: "Orchard" }));
    expect(returned.room.returning()).toBe("ready");
    const dora = world.home();
    await dora.open();
    await dora.join(await returned.invite(), "Dora");
  });

  it("also alone in the room, by the link that goes with the words, which lets nobody else in", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Diary", "Alice", "everyone");
    await world.get(alice.room.prepareReturn());
    const link = alice.room.returnLink("https://chat.example")!;
    expect(parseLink(link)).not.toBeNull();
    const words = alice.client.recoveryPhrase();
    await world.pass(5_000);
    await world.run(alice.client.close());
    const mallory = world.home();
    await mallory.open();
    expect(await world.run(mallory.client.previewInvite(link))).toMatchObject({ error: { error: "slot_unknown" } });
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    const room = await returned.join(link, "whatever");
    expect(room.members()).toMatchObject([{ name: "Alice", role: "owner" }]);
  });

  it("A43: who was removed meanwhile is not taken back by the words; nor is somebody who is no owner", async () => {
    const world = new World();
    const { alice, bob, link, words } = await prepared(world);
    expect(bob.room.returning()).toBeNull();
    expect(await world.run(bob.room.prepareReturn())).toMatchObject({ error: { kind: "unknown" } });
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    await world.get(bob.room.decide({ type: "remove", person: alice.client.person, ban: false }));
    await world.pass(60_000);
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    expect(await world.run(returned.client.previewInvite(link))).toMatchObject({ ok: false });
    expect(returned.client.rooms()).toEqual([]);
  });

  it("a return that loses its race to somebody's commit is made again", async () => {
    const world = new World();
    const { alice, bob, link, words } = await prepared(world);
    await world.run(alice.client.close());
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    const invited = await world.get(returned.client.previewInvite(link));
    await world.get(bob.room.decide({ type: "rekey" }));
    await world.get(invited.accept(""));
    await world.until(() => bob.room.status().n === returned.room.status().n);
    expect(returned.room.roomCode()).toBe(bob.room.roomCode());
  });
});

describe("the way back of who has the words on paper", () => {
  it("is made in each room that they own, earlier and later ones: they come back to all", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    const garden = await alice.found("Garden", "Alice");
    await world.pass(60_000);
    expect(garden.returning()).toBe("possible");
    await world.run(alice.client.wantReturn());
    expect(garden.returning()).toBe("preparing");
    await world.until(() => garden.returning() === "ready");
    const board = await alice.found("Board", "Alice");
    await world.until(() => board.returning() === "ready");
    const links = [garden, board].map((room) => room.returnLink("https://chat.example")!);
    const words = alice.client.recoveryPhrase();
    await world.run(alice.client.close());
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    for (const link of links) {
      const invited = await world.get(returned.client.previewInvite(link));
      expect(invited.mode).toBe("return");
      const room = await world.get(invited.accept(""));
      expect(room.returning()).toBe("ready");
    }
    expect(returned.client.rooms().map((room) => room.members()[0]?.role)).toEqual(["owner", "owner"]);
  });

  it("is promised only when its slot is at the relay, and made when the relay is there again, after a restart too", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await world.run(alice.client.wantReturn());
    world.beforeFrames = (_, frames) =>
      frames.some(({ type }) => type === "putSlot") ? new Promise<void>(() => undefined) : undefined;
    const room = await alice.found("Garden", "Alice");
    await world.until(() => room.decisions().length === 2);
    await world.pass(60_000);
    // The invite is in the roster, and leads nowhere.
    expect(room.returning()).toBe("preparing");
    alice.kill();
    world.cut();
    world.isDown = true;
    world.beforeFrames = () => undefined;
    await alice.open();
    await world.pass(60_000);
    expect(alice.client.wantsReturn).toBe(true);
    expect(alice.room.returning()).toBe("preparing");
    world.isDown = false;
    await world.until(() => alice.room.returning() === "ready");
    expect(alice.room.decisions().length).toBe(2);
    const link = alice.room.returnLink("https://chat.example")!;
    const words = alice.client.recoveryPhrase();
    await world.run(alice.client.close());
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    expect((await world.get(returned.client.previewInvite(link))).mode).toBe("return");
  });

  it("is made by who becomes an owner later", async () => {
    const world = new World();
    const { alice, bob } = await prepared(world);
    await world.run(bob.client.wantReturn());
    await world.pass(30_000);
    expect(bob.room.returning()).toBeNull();
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    await world.until(() => bob.room.returning() === "ready");
  });

  it("a relay that refuses is asked again until it is made", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    const room = await alice.found("Garden", "Alice");
    let refusals = 0;
    world.sendsChanged = true;
    world.beforeFrames = (_, frames) => {
      for (const frame of frames) {
        if (frame.type !== "append" || refusals >= 10) continue;
        refusals++;
        // A commit on top of one that does not exist yet: the relay does not take it.
        (frame as { appendId: Uint8Array }).appendId = new Uint8Array(16);
        (frame as { epoch: number }).epoch += 1000;
      }
      return undefined;
    };
    await world.run(alice.client.wantReturn());
    await world.until(() => room.returning() === "ready");
    expect(refusals).toBe(10);
  });
});

describe("a home that was put back from a backup", () => {
  it("of a sole owner comes back by its own words and any link, in place, and goes on as owner", async () => {
    const world = new World();
    const { alice, bob, link } = await prepared(world);
    await world.pass(10_000);
    await world.run(alice.client.close());
    const backup = alice.disk.copy();
    await alice.open();
    await world.get(alice.room.send("after the backup"));
    await world.get(alice.room.flushed(10_000));
    await world.run(alice.client.close());
    alice.disk = backup;
    // Nobody is there who would give her a new place.
    await world.run(bob.client.close());
    await alice.open();
    await world.until(() => alice.room.status().standing === "restored");
    expect(alice.room.returning()).toBeNull();
    expect((await world.get(alice.client.previewInvite(link))).mode).toBe("return");
    await world.get(alice.client.comeBack(alice.room.id));
    await world.get(alice.room.send("back"));
    await world.get(alice.room.flushed(10_000));
    await bob.open();
    await world.until(() => bob.room.status().n === alice.room.status().n);
    expect(await bob.texts()).toEqual(["Alice: after the backup", "Alice: back"]);
    expect(alice.room.members()[0]).toMatchObject({ name: "Alice", role: "owner", isYou: true });
    expect([
      ...alice.room.status().alarms.filter(({ code }) => code !== "RESTORED"),
      ...bob.room.status().alarms,
    ]).toEqual([]);
  });
});

describe("coming back from a copy without a way back", () => {
  it("is told as impossible, and changes nothing", async () => {
    const world = new World();
    const { alice, bob } = await prepared(world);
    await world.run(bob.client.close());
    const backup = bob.disk.copy();
    await bob.open();
    await world.get(bob.room.send("after the backup"));
    await world.get(bob.room.flushed(10_000));
    expect(await world.run(bob.client.comeBack(bob.room.id))).toMatchObject({ error: { kind: "unknown" } });
    await world.run(bob.client.close());
    bob.disk = backup;
    await world.run(alice.client.close());
    await bob.open();
    await world.until(() => bob.room.status().standing === "restored");
    expect(await world.run(bob.client.comeBack(bob.room.id))).toMatchObject({ error: { kind: "unknown" } });
    expect(bob.room.status().standing).toBe("restored");
    await alice.open();
    await world.until(() => bob.room.status().standing === "member");
    expect(alice.room.members().length).toBe(2);
  });
});

describe("returning at once", () => {
  it("A37: RULE client.own-return: an owner who makes a link of their own way back shows others no room of theirs", async () => {
    const world = new World();
    const { alice, words, link } = await prepared(world);
    const { roomId, ...rest } = parseLink(link)!;
    const secret = returnSecret(nodeCrypto, seedOfPhrase(words)!, roomId, 0);
    const given = inviteLink("https://chat.example", { ...rest, roomId, secret });
    const guest = world.home();
    await guest.open();
    expect(await world.run(guest.client.previewInvite(given))).toMatchObject({
      error: { kind: "refused", rejection: { code: "invite_not_for_you" } },
    });
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    expect((await world.get(returned.client.previewInvite(given))).mode).toBe("return");
    expect(alice.room.returning()).toBe("ready");
  });

  it("A62: RULE client.return-ended: a stolen device comes back in no way, and nothing opens that again on the way", async () => {
    const world = new World();
    const { alice, bob, link, words } = await prepared(world);
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    const invited = await world.get(returned.client.previewInvite(link));
    // Somebody's commit comes first: what was said holds for the next attempt too.
    await world.get(bob.room.decide({ type: "rekey" }));
    await world.get(invited.accept("", "", { isLast: true }));
    await world.until(() => alice.room.status().standing === "removed");
    // Bob has seen it: from then on the relay lets the new device close what is over.
    await world.pass(60_000);
    const looked = await world.run(alice.client.previewInvite(link));
    if (looked.ok) expect(looked.value.mode).not.toBe("return");
    // The words are kept, so that it would be made where it was never ended.
    expect(returned.client.wantsReturn).toBe(true);
    await world.pass(120_000);
    await world.get(returned.room.send("here"));
    await world.pass(120_000);
    expect(returned.room.returning()).toBe("possible");
    await world.get(returned.room.prepareReturn());
    expect(returned.room.returning()).toBe("ready");
    await world.get(returned.room.prepareReturn());
  });

  it("two devices take turns", async () => {
    const world = new World();
    const { alice, link, words } = await prepared(world);
    const returned = world.home();
    await returned.open(undefined, undefined, words);
    await returned.join(link, "");
    await world.until(() => alice.room.status().standing === "removed");
    const invited = await world.get(alice.client.previewInvite(link));
    expect(invited.mode).toBe("return");
    await world.get(invited.accept(""));
    await world.until(() => returned.room.status().standing === "removed");
  });
});
