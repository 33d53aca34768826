import { nextLogHead, recordHash, type ClientFrame } from "@conclave/wire";
import { expect, it, vi } from "vitest";
import { type SimulatedDevice, World } from "../../src/index.js";
import { alarmsOf, namesOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 200_000 });

type Append = Extract<ClientFrame, { type: "append" }>;

it("A23: RULE client.acknowledged-shown: a relay signs that it took a removal, and shows it to nobody: the remover is told of the lie, and when it is honest the removal goes on", async () => {
  const world = new World({ isRelayHonest: false });
  for (const code of ["ROLLBACK"] as const) world.invariants.allowAlarm(code);
  const devices = await world.roomOf(["Alice", "Bob", "Carol"]);
  const [alice, bob, carol] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  await world.pass(60_000);
  const { relay } = world;
  const sha256 = (data: Uint8Array) => world.crypto.hash("sha256", data);
  let acknowledged = 0;
  const acknowledge = ({ id, roomTag, epoch, ...append }: Append) => {
    const row = relay.main.store.rooms.get(roomTag)!;
    const hash = recordHash(sha256, roomTag, { ...append, epoch });
    const [n, head] = [row.n + 1, nextLogHead(sha256, row.head, hash)];
    const receipt = relay.signCommit({ roomTag, epoch, recordHash: hash, n, head, time: world.timeline.now });
    relay.say("Alice", [{ type: "appended", id, n, head, receipt }]);
    acknowledged++;
  };
  relay.tamper({
    request: (node, frame) => {
      if (node !== "Alice" || frame.type !== "append" || frame.kind !== "commit") return [frame];
      acknowledge(frame);
      return [];
    },
  });
  const decided = alice.room.decide({ type: "remove", person: carol.client.person, ban: true });
  await world.pass(40_000);
  expect(alice.room.status().paused).toMatchObject({ why: "alarm", alarm: { code: "ROLLBACK", person: null } });
  expect(alice.room.status().alarms[0]!.proof).toContain("conclave/proof");
  expect(await world.finish(decided)).toMatchObject({ ok: false, error: { kind: "underway" } });
  expect(acknowledged).toBe(1);
  for (const device of [alice, bob]) expect(namesOf(device)).toEqual(["Alice", "Bob", "Carol"]);
  // It is honest again, and Alice has looked at the alarm.
  relay.tamper(null);
  await world.finish(alice.room.resume());
  const isOut = () => carol.room.status().standing === "removed";
  await world.until(() => isOut() && [alice, bob].every((device) => namesOf(device).length === 2), 60_000);
  expect(alice.room.status().paused).toBeNull();
  expect(carol.room.status().standing).toBe("removed");
  await talk(world, alice, bob);
});

it.each([
  ["a junk commit", "commit", false],
  ["a junk message", "message", false],
  ["a junk commit, and her join is in the others' log", "commit", true],
  ["a junk message, and her join is in the others' log", "message", true],
] as const)(
  "A22: RULE client.join-misled: a relay shows somebody who comes in %s, and then is honest: she is in, or knows what to do",
  async (_what, kind, isLogged) => {
    const world = new World({ isRelayHonest: false, checks: false });
    const [alice, bob] = (await world.roomOf(["Alice", "Bob"])) as [SimulatedDevice, SimulatedDevice];
    const { link } = await world.invite(alice);
    await world.inStep();
    await world.pass(60_000);
    const nora = await world.device("Nora");
    const { relay } = world;
    const roomTag = world.tagOf(alice);
    const side = relay.fork("side", ["Nora"]);
    const joins: Append[] = [];
    relay.tamper({
      request: (node, frame) => {
        if (node !== "Nora" || frame.type !== "append") return [frame];
        joins.push(frame);
        return [];
      },
    });
    const invited = await world.finish(nora.client.previewInvite(link));
    if (!invited.ok) throw new Error(invited.error.kind);
    const accepted = invited.value.accept("Nora");
    await world.until(() => joins.length > 0);
    const [join] = joins as [Append];
    const { ground, payload, attachment, nextWriteKey, epoch } = join;
    if (ground.by !== "slot") throw new Error(ground.by);
    for (let n = 0; n < 3; n++) relay.inject(roomTag, { kind, payload: world.dice.random(300) }, side);
    if (isLogged) {
      relay.inject(roomTag, { kind: "commit", payload, attachment, nextWriteKey, epoch, slotId: ground.slotId });
      await world.until(() => namesOf(alice).includes("Nora"));
    }
    await world.pass(5000);
    relay.tamper(null);
    relay.show(relay.main, ["Nora"]);
    const result = await world.finish(accepted, 300_000);
    if (isLogged) {
      expect(result).toMatchObject({ ok: false, error: { kind: "refused", rejection: { code: "already_member" } } });
      expect(nora.room.status()).toMatchObject({ standing: "lost", ending: { problem: { kind: "refused" } } });
      // As she is told: somebody removes her, and a link lets her in again.
      await world.finish(alice.room.decide({ type: "remove", person: nora.client.person, ban: false }));
      const again = await world.invite(alice);
      await world.finish(nora.client.forget(nora.room.id));
      await world.join(nora, again.link);
    } else expect(result.ok).toBe(true);
    await world.until(() => nora.room.status().standing === "member");
    await world.until(() => [alice, bob, nora].every((device) => namesOf(device).length === 3), 120_000);
    for (const device of [alice, bob]) expect(alarmsOf(device)).toEqual([]);
    if (nora.room.status().paused) await world.finish(nora.room.resume());
    await talk(world, alice, nora);
    await talk(world, nora, bob);
  },
);
