import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preset } from "@conclave/protocol";
import { canBrowse, get, join, World } from "./browser.js";

describe.skipIf(!canBrowse)("admins who decide together (skipped without Chromium or a build)", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  afterAll(async () => {
    await world.stop();
  });

  it("what one admin proposes, another one sees in words and says yes to; both ways", { timeout: 60_000 }, async () => {
    const relay = world.url.replace("http", "ws");
    const node = await world.person();
    const room = await get(node.createRoom({ title: "Garden", name: "Nora", policy: preset("admins", 2), relay }));
    const link = await world.invite(room, { role: "admin" });
    // As long as she is the only admin, Nora decides alone.
    const forCarol = await world.invite(room);
    const alice = await world.visitor();
    await join(alice, link, "Alice");
    const carol = await world.person();
    const invited = await get(carol.lookAt(forCarol));
    await get(invited.accept("Carol"));
    await expect.poll(() => room.members().length).toBe(3);

    // Nora proposes in Node; Alice says yes in her page.
    const renamed = await get(room.decide({ type: "setRole", person: carol.person, role: "admin" }));
    expect(renamed).toMatchObject({ done: false, have: 1, need: 2 });
    await alice.getByRole("button", { name: /People in this room/u }).click();
    const card = alice.getByRole("article").filter({ hasText: "New role of" });
    await card.getByText("Carol").first().waitFor();
    await card.getByText("1 of 2 have said yes").waitFor();
    await card.getByRole("button", { name: "Say yes" }).click();
    await expect
      .poll(() => room.members().find(({ name }) => name === "Carol")?.role, { timeout: 15_000 })
      .toBe("admin");

    // Alice proposes in her page, which says beforehand that others must agree; Nora says yes in Node.
    await alice.getByRole("link", { name: /Carol/u }).last().click();
    await alice.getByRole("button", { name: "Remove from the room" }).click();
    await alice.getByRole("dialog").getByText("More people have to agree").waitFor();
    await alice.getByRole("button", { name: "Remove", exact: true }).click();
    await alice.getByText("Proposed: 1 of 2 have said yes").first().waitFor();
    const removal = () =>
      room
        .proposals()
        .find(({ action, approvedBy }) => action.type === "remove" && approvedBy.some(({ name }) => name === "Alice"));
    await expect.poll(removal, { timeout: 15_000 }).toBeDefined();
    // Whoever asked first carries it out, as soon as there are enough.
    expect(await get(room.approve(removal()!.actionHash))).toMatchObject({ have: 2, need: 2 });
    await alice.getByText("This person is not in the room any more").waitFor();
    await expect.poll(() => room.members().map(({ name }) => name)).toEqual(["Nora", "Alice"]);
  });
});
