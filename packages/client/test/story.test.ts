import { describe, expect, it } from "vitest";
import { World } from "./world.js";

describe("two people and a room", () => {
  it("found, invite, join while the founder is away, talk, be removed", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    const link = await alice.invite();
    await world.run(alice.client.close());
    await bob.join(link, "Bob");
    expect(bob.room.status()).toMatchObject({ standing: "member", isConfirmed: false });
    await world.get(bob.room.send("hello?"));
    await world.get(bob.room.flushed(10_000));
    await alice.open();
    await world.get(alice.room.synced(10_000));
    expect(await alice.texts()).toEqual(["Bob: hello?"]);
    await world.get(alice.room.send("hello Bob"));
    await world.until(() => bob.room.status().isConfirmed);
    expect(await bob.texts()).toEqual(["Bob: hello?", "Alice: hello Bob"]);
    expect(bob.room.members().map(({ name, role }) => `${name} ${role}`)).toEqual(["Alice owner", "Bob member"]);
    expect(alice.room.roomCode()).toEqual(bob.room.roomCode());
    const person = alice.room.members()[1]!.person;
    expect(await world.get(alice.room.decide({ type: "remove", person, ban: true }))).toMatchObject({ done: true });
    await world.until(() => bob.room.status().standing === "removed");
    expect(alice.room.members()).toHaveLength(1);
  });
});
