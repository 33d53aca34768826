import { describe, expect, it, vi } from "vitest";
import { granted, World } from "../../src/index.js";
import { alarmsOf, namesOf } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

describe("a request that the relay kept", () => {
  it.each([
    { asSteward: false, as: "a member" },
    { asSteward: true, as: "a steward" },
  ])("A160: RULE invite.asked-fresh: brings nobody back who has left, as $as", async ({ asSteward }) => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    // It says that it deletes requests, and keeps them.
    world.relay.tamper({
      request: (_node, frame) =>
        frame.type === "deleteRequest" ? [{ ...frame, request: frame.request + 1_000_000 }] : [frame],
    });
    const { link } = await world.invite(alice!, { mode: "ask" });
    const carol = await world.device("Carol");
    const invited = granted(await world.finish(carol.client.previewInvite(link)));
    granted(await world.finish(invited.accept("Carol", "", { asSteward })));
    const [asked] = granted(await world.finish(alice!.room.requests()));
    granted(await world.finish(alice!.room.admit(asked!.id)));
    await world.until(() => carol.room.status().standing === "member");
    await world.inStep();
    granted(await world.finish(carol.room.leave()));
    await world.until(() => carol.room.status().standing === "left");
    await world.inStep([alice!, bob!]);
    const { seq } = alice!.room.status();
    const row = world.relay.main.store.rooms.get(world.tagOf(alice!))!;
    const kept = () => world.relay.main.store.requests.page(row.no, 0, { items: 100, bytes: 1e6 });
    expect(kept()).toMatchObject([{ request: asked!.id }]);
    for (const isNew of [false, true]) {
      if (isNew) {
        alice!.crash();
        await world.start(alice!);
      }
      expect(granted(await world.finish(alice!.room.requests()))).toEqual([]);
      const admitted = await world.finish(alice!.room.admit(asked!.id));
      expect(admitted).toMatchObject({ ok: false, error: { kind: "unknown" } });
      expect(await world.finish(alice!.room.decide(asked!.action))).toMatchObject({ ok: false });
    }
    expect(alice!.room.status().seq).toBe(seq);
    expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
    expect(alarmsOf(alice!)).toEqual([]);
    // Who wants to come back asks again, and is let in.
    const again = granted(await world.finish(carol.client.previewInvite(link)));
    granted(await world.finish(again.accept("Carol", "", { asSteward })));
    // (The members' slot may still show the room as it was before she left. Then her app soon asks anew.)
    await world.pass(90_000);
    const [hers] = granted(await world.finish(alice!.room.requests()));
    granted(await world.finish(alice!.room.admit(hers!.id)));
    await world.until(() => carol.room.status().standing === "member");
    await world.inStep();
    expect(namesOf(bob!)).toEqual(["Alice", "Bob", "Carol"]);
  });
});
