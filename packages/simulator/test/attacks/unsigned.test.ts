import { describe, expect, it, vi } from "vitest";
import { World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { alarmsOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

describe("what is not signed by whom it names", () => {
  it("A73: a message with an invalid signature is shown by nobody, as a message or otherwise, and its signature is told as invalid", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    await talk(world, alice!, bob!);
    const before = await world.finish(alice!.room.timeline({ limit: 1000 }));
    // Carol's keys and secrets are the room's; only her signatures are invalid: once by another key, once by none.
    const signers = [
      (_seed: Uint8Array, bytes: Uint8Array) => world.crypto.ed25519Sign(new Uint8Array(32).fill(7), bytes),
      () => new Uint8Array(64),
    ];
    let ed25519Sign = world.crypto.ed25519Sign.bind(world.crypto);
    const sign = ed25519Sign;
    const crypto = { ...world.crypto, ed25519Sign: (...args: Parameters<typeof sign>) => ed25519Sign(...args) };
    const forger = new HostileMember(world, carol!, { crypto });
    const body = new TextEncoder().encode("Alice has left the room");
    carol!.crash();
    for (const false_ of signers) {
      ed25519Sign = false_;
      world.relay.forge(forger.roomTag, forger.message({ body }));
      await world.pass(60_000);
    }
    for (const device of [alice!, bob!]) {
      const shown = JSON.stringify(await world.finish(device.room.timeline({ limit: 1000 })), (_key, value: unknown) =>
        value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
      );
      expect(shown).not.toContain("has left");
      expect(alarmsOf(device).join()).toEqual("BAD_MESSAGE mls,BAD_MESSAGE mls");
    }
    // What there is to see is a line that something did not hold.
    const messages = (items: typeof before) => items.filter(({ kind }) => kind === "message");
    expect(messages(await world.finish(alice!.room.timeline({ limit: 1000 })))).toEqual(messages(before));
    // The same hand with a true signature is shown: nothing else was wrong with them.
    ed25519Sign = sign;
    world.invariants.wrote(forger.person, "Alice has left the room");
    world.relay.forge(forger.roomTag, forger.message({ body }));
    await world.pass(60_000);
    expect(await world.texts(alice!)).toContain("Carol: Alice has left the room");
    await talk(world, alice!, bob!);
  });
});
