import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryLock, MemoryStorage, openClient, type RoomSession, type Transport } from "@conclave/client";
import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { RoomId } from "@conclave/client/pure";
import { nodeCrypto } from "@conclave/crypto/node";
import { SqliteStore } from "@conclave/relay";
import { openDatabase } from "@conclave/sqlite";
import { fromHex } from "@conclave/codec";
import { roomTagOf } from "@conclave/protocol";
import { nextLogHead, recordHash } from "@conclave/wire";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, fromRoomMenu, get, join, ringOf, send, Server, World } from "./browser.js";

const CLI = fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url));

// The operator is the attacker: it has the relay's folder and key, and serves whatever copy of it to whomever it likes.
describe.skipIf(!canBrowse)("a hostile server behind the page (skipped without Chromium or a build)", () => {
  const folder = mkdtempSync(joinPath(tmpdir(), "conclave-hostile-"));
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const data = (name: string) => joinPath(folder, name);
  // Who copies a folder leaves the socket of the relay that was killed there.
  const filter = (path: string) => !path.endsWith(".sock");
  const copy = (from: string, to: string) => cpSync(data(from), data(to), { recursive: true, filter });
  const portOf = (server: Server) => new URL(server.url).port;
  const side = (page: Page) => page.locator('[data-pane="side"]');
  const banner = (page: Page) => page.getByRole("alert");

  it("rollback: an older folder is served again: the first time it gets back what it lost; the second time the page says so, and sends nothing until a person has looked", async () => {
    const honest = await Server.start(data("rollback"));
    const alice = await world.visitor();
    await found(alice, honest.url, "Garden", "Alice");
    await send(alice, "before");
    await settled(alice, "before");
    await honest.stop();
    copy("rollback", "older");
    copy("rollback", "oldest");
    const again = await Server.start(data("rollback"), ["--port", portOf(honest)]);
    await send(alice, "after");
    await settled(alice, "after");
    await again.stop();

    const restored = await Server.start(data("older"), ["--port", portOf(honest)]);
    await send(alice, "once it is back");
    await settled(alice, "once it is back");
    expect(await banner(alice).count()).toBe(0);
    await restored.stop();

    const liar = await Server.start(data("oldest"), ["--port", portOf(honest)]);
    await banner(alice).getByText("older state").waitFor();
    expect(await banner(alice).innerText()).toContain("Nothing is sent until you've looked at this.");
    const box = alice.getByRole("textbox", { name: /^Message/u });
    expect(await box.count()).toBe(0);
    expect(await axeFaults(alice)).toEqual([]);
    // On a phone too it leaves the conversation its place.
    await alice.setViewportSize({ width: 360, height: 740 });
    expect((await banner(alice).boundingBox())!.height).toBeLessThan(740 / 6);
    await alice.setViewportSize({ width: 1280, height: 800 });
    // A person has looked, and goes on.
    await banner(alice).getByRole("button", { name: "Take a look" }).click();
    expect(await axeFaults(alice)).toEqual([]);
    await side(alice).getByRole("button", { name: "I've looked, go on" }).click();
    await alice.getByRole("button", { name: "Send again" }).click();
    await box.waitFor();
    await send(alice, "after all");
    await liar.stop();
  });

  it("A22: the two sides of a fork meet again: nothing of the other side is shown, the alarm stays, and the proof convinces others", async () => {
    const honest = await Server.start(data("left"));
    const alice = await world.visitor({ theme: "dark" });
    const link = await found(alice, honest.url, "Garden", "Alice");
    const bobsWay = { url: honest.url };
    const bob = await personThrough(link, bobsWay);
    await get(bob.send("hello from Bob"));
    await alice.getByText("hello from Bob").first().waitFor();
    await honest.stop();

    copy("left", "right");
    // Bob's way first: else he would find the left one at the old address.
    const right = await Server.start(data("right"));
    bobsWay.url = right.url;
    const left = await Server.start(data("left"), ["--port", portOf(honest)]);
    // Each side changes its keys: from here on they are two rooms, and neither can read the other.
    await send(alice, "left one");
    await settled(alice, "left one");
    await fromRoomMenu(alice, "Invites");
    await alice.getByRole("button", { name: "More options…" }).click();
    await alice.getByLabel("What is it for?").fill("Left");
    await alice.getByRole("button", { name: "Create link" }).click();
    await alice.getByText("The link is ready").first().waitFor();
    await send(alice, "left two");
    await settled(alice, "left two");
    // Opened again, the page gets the server's signature under where the log is now.
    await alice.reload();
    await alice.getByText("left two").first().waitFor();
    await expect.poll(() => ringOf(alice)).toBe("closed");
    // The other side gets to the same place: for one place the server signs two logs.
    await get(bob.send("right zero"));
    await get(bob.flushed(90_000));
    await get(bob.decide({ type: "rekey" }));
    await get(bob.send("right one"));
    await get(bob.flushed(90_000));
    await left.stop();
    await right.stop();

    const joined = await Server.start(data("right"), ["--port", portOf(honest)]);
    await banner(alice).waitFor();
    await banner(alice).getByText("signed two contradictory statements").waitFor();
    await banner(alice)
      .getByRole("button", { name: /^Take a look/u })
      .click();
    const [download] = await Promise.all([
      alice.waitForEvent("download"),
      side(alice)
        .locator("section")
        .filter({ hasText: "signed two contradictory statements" })
        .first()
        .getByRole("button", { name: "Save the proof" })
        .click(),
    ]);
    const file = data("proof.json");
    await download.saveAs(file);
    const checked = spawnSync(process.execPath, [CLI, "verify-proof", file], { encoding: "utf8" });
    expect({ status: checked.status, output: checked.stdout + checked.stderr }).toMatchObject({ status: 0 });
    await alice.reload();
    await banner(alice).waitFor();
    expect(await alice.getByText("right one").count()).toBe(0);
    await alice.getByText("left two").first().waitFor();
    expect(await axeFaults(alice)).toEqual([]);
    await joined.stop();
  });

  it("ghost: a change that the server wrote itself lets nobody in; the room goes on, and says what was seen", async () => {
    const honest = await Server.start(data("ghost"));
    const alice = await world.visitor();
    const link = await found(alice, honest.url, "Garden", "Alice");
    const bob = await world.visitor();
    await join(bob, link, "Bob");
    await send(bob, "hello");
    await settled(bob, "hello");
    await honest.stop();
    appendOwnCommit(data("ghost"), /room\/([0-9a-f]{64})/u.exec(alice.url())![1]!);
    const liar = await Server.start(data("ghost"), ["--port", portOf(honest)]);
    await alice.getByRole("status").getByText("nobody in the room can have sent").waitFor();
    await send(alice, "still here");
    await bob.getByText("still here").first().waitFor();
    await alice.getByRole("button", { name: /People in this room/u }).click();
    await side(alice).getByText("2 people").waitFor();
    await alice
      .getByRole("button", { name: /^Take a look/u })
      .first()
      .click();
    await side(alice)
      .getByRole("button", { name: /^Acknowledge/u })
      .first()
      .click();
    await expect.poll(() => alice.getByRole("status").getByText("nobody in the room can have sent").count()).toBe(0);
    await liar.stop();
  });

  it("A28: an invite whose place at the server is out of date lets nobody believe that they are in", async () => {
    const honest = await Server.start(data("stale"));
    const alice = await world.visitor();
    const link = await found(alice, honest.url, "Garden", "Alice");
    await honest.stop();
    copy("stale", "early");
    // What happens from here on is hidden from the newcomer: the operator shows the folder of before.
    const again = await Server.start(data("stale"), ["--port", portOf(honest)]);
    await send(alice, "later");
    await settled(alice, "later");
    await again.stop();
    await alice.context().close();
    const liar = await Server.start(data("early"), ["--port", portOf(honest)]);
    const carol = await world.visitor();
    await join(carol, link, "Carol");
    // Never a closed ring: nobody has told Carol who is here.
    await expect.poll(() => ringOf(carol)).toBe("gap");
    await carol.getByRole("button", { name: "People in this room" }).click();
    await carol.getByText("Nobody has confirmed who is here yet").first().waitFor();
    await liar.stop();
  });

  /** Waits until an own message is in the room's log, as its author sees it. */
  async function settled(page: Page, text: string): Promise<void> {
    await page.getByText(text).first().waitFor();
    await expect.poll(() => page.locator("[data-state=pending]").count()).toBe(0);
  }

  /** Somebody with the command line's engine, whose connection goes where the operator wants. */
  async function personThrough(link: string, way: { readonly url: string }): Promise<RoomSession> {
    const sockets = new WsTransport();
    const transport: Transport = {
      connect: (url, events) => sockets.connect(url.replace(/\/\/[^/]+/u, `//${new URL(way.url).host}`), events),
    };
    const ports = { storage: new MemoryStorage(), lock: new MemoryLock(), clock: systemClock };
    const opened = await openClient({ ...ports, transport, random: systemRandom, crypto: nodeCrypto });
    if (!opened.ok) throw new Error(opened.error);
    const invited = await get(opened.value.previewInvite(link));
    return get(invited.accept("Bob"));
  }
});

/** Writes a commit of the server's own making into its database, with the log head that follows from it. */
function appendOwnCommit(folder: string, roomKey: string): void {
  const store = new SqliteStore(openDatabase(joinPath(folder, "relay.db")));
  const roomTag = roomTagOf(nodeCrypto, RoomId.of(fromHex(roomKey)));
  const sha256 = (bytes: Uint8Array) => nodeCrypto.hash("sha256", bytes);
  store.begin();
  const row = store.rooms.get(roomTag)!;
  const content = {
    kind: "commit",
    epoch: row.epoch,
    payload: systemRandom(1024),
    attachment: new Uint8Array(0),
  } as const;
  const n = row.n + 1;
  const head = nextLogHead(sha256, row.head, recordHash(sha256, roomTag, content));
  store.records.add(row.no, {
    ...content,
    n,
    head,
    time: Date.now(),
    appendId: systemRandom(16),
    pruned: false,
    isOnProbation: false,
    parent: row.lastCommit,
  });
  store.rooms.save({ ...row, n, head, lastCommit: n }, row);
  store.commit();
  store.close();
}
