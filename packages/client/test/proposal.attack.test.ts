import { type Action, preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, World } from "./world.js";

/** Sends a proposal as it is, which the honest client would not send where it is of no use. */
async function propose(home: Home, action: Action): Promise<void> {
  const { room } = home;
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  const { state, sender } = room.engine;
  await state.transact((tx) => {
    const sealed = state.room!.proposals.propose(action, state.now());
    if (!sealed.ok) throw new Error(sealed.error.code);
    sender.addSealed(tx, sealed.value);
  });
  sender.advance();
}

describe("what a member asks for by a message", () => {
  it("A55: RULE client.asked-for: nobody's device carries out what its person has not said yes to", async () => {
    const world = new World();
    const [alice, bob, carol] = [world.home(), world.home(), world.home()];
    for (const home of [alice, bob, carol]) await home.open();
    await alice.found("Garden", "Alice");
    const link = await alice.invite("direct", 2);
    await bob.join(link, "Bob");
    await carol.join(link, "Carol");
    await world.until(() => alice.room.members().length === 3);
    const before = alice.room.decisions().length;
    await propose(bob, { type: "setPolicy", policy: preset("open") });
    await propose(bob, { type: "remove", person: carol.client.person, ban: true });
    await world.until(() => alice.room.proposals().length === 2);
    await world.pass(120_000);
    expect(alice.room.decisions()).toHaveLength(before);
    expect(alice.room.members().map(({ role }) => role)).toEqual(["owner", "member", "member"]);
    // When she says yes it is done.
    const asked = alice.room.proposals().find(({ action }) => action.type === "setPolicy")!;
    await world.get(alice.room.approve(asked.actionHash));
    await world.until(() => alice.room.decisions().length === before + 1);
    expect(alice.room.members()).toHaveLength(3);
  });
});
