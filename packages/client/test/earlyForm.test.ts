import { describe, expect, it } from "vitest";
import { decodeHistoryItem, encodeHistoryItem } from "../src/store/historyItem.js";
import { World, type Home } from "./world.js";

/** A record of the home as a program before 0.1.0 wrote it: rooms had another number, proposals no noes, gaps no count. */
function makeEarly({ disk }: Home): void {
  for (const [key, value] of [...disk.records]) {
    if (key.startsWith("rooms/")) disk.records.set(key, Uint8Array.of(3, ...value.subarray(1)));
    if (/\/state\/q\//u.test(key)) disk.records.set(key, value.subarray(0, -1));
  }
}

describe("a home of an early form", () => {
  it("RULE client.early-form: its rooms are over and say so, what was said is read, and the home goes on", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice", "openHouse");
    const link = await alice.invite();
    await bob.join(link, "Bob");
    await world.until(() => alice.room.members().length === 2);
    await world.get(alice.room.send("hello"));
    await world.until(() => bob.room.status().n === alice.room.status().n && bob.room.status().n > 3);
    await world.run(bob.client.close());
    makeEarly(bob);

    await bob.open();
    expect(bob.room.title).toBe("Garden");
    expect(bob.room.status()).toMatchObject({ standing: "lost", ending: { problem: { kind: "early_form" } } });
    expect(await bob.texts()).toEqual(["Alice: hello"]);
    for (const result of [await world.run(bob.room.send("on we go")), await world.run(bob.room.synced(1000))]) {
      expect(result).toMatchObject({ ok: false, error: { kind: "early_form" } });
    }
    // Another room of the home is as any; and this one is forgotten, or joined anew, like any other that is over.
    const other = await bob.found("Allotment", "Bob");
    expect((await world.run(other.send("here"))).ok).toBe(true);
    const { person } = alice.room.members().find(({ name }) => name === "Bob")!;
    await world.get(alice.room.decide({ type: "remove", person, ban: false }));
    await bob.join(await alice.invite(), "Bob");
    await world.until(() => alice.room.members().filter(({ name }) => name === "Bob").length === 1);
    const again = bob.client.rooms().find(({ title }) => title === "Garden")!;
    expect(again.status().standing).toBe("member");
  });

  it("lines that were not counted yet are read as one each", () => {
    const gap = encodeHistoryItem({ kind: "unreadable", n: 7, reason: "pruned", count: 3 });
    expect(decodeHistoryItem(gap)).toMatchObject({ n: 7, count: 3 });
    expect(decodeHistoryItem(gap.subarray(0, -8))).toMatchObject({ n: 7, reason: "pruned", count: 1 });
  });
});
