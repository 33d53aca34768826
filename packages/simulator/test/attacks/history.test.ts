import { equalBytes } from "@conclave/codec";
import { proofFromJson, verifyProof } from "@conclave/protocol";
import type { InboxId, SlotId } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, World, type SimulatedDevice } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

const TEN_YEARS = 10 * 365 * 86_400_000;
const remove = (device: SimulatedDevice) => ({ type: "remove" as const, person: device.client.person, ban: false });

describe("attacks on history", () => {
  it("A17: a relay that goes back in time is found out, and again after a restart; a removal stays", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    const then = world.relay.snapshot();
    granted(await world.finish(alice!.room.decide(remove(carol!))));
    await world.say(alice!, "Carol is gone");
    await world.inStep([alice!, bob!]);
    const before = stateOf(world, bob!);
    await world.pass(10_000);
    world.relay.rollBack(then);
    await world.pass(60_000);
    expect(alarmsOf(bob!)).toContain("ROLLBACK");
    expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
    expect(stateOf(world, bob!)).toMatchObject({ ...before, paused: "alarm" });
    // Alice has the relay's receipt for her commit: that and the shorter log that it signed later are a proof.
    const proof = alice!.room.status().alarms.find(({ code }) => code === "ROLLBACK")!.proof!;
    expect(verifyProof(world.crypto, proofFromJson(proof)!)).toBe("rollback");
    bob!.crash();
    await world.start(bob!);
    await world.pass(60_000);
    expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
    expect(bob!.room.status().paused?.why).toBe("alarm");
    await world.finish(bob!.room.send("into the past"));
    await world.pass(60_000);
    expect(world.relay.main.log(world.tagOf(alice!))).toHaveLength(then.rooms.get(world.tagOf(alice!))!.n);
  });
  it("A18: somebody new is not shown an older room than the one their link knows", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { invitation } = await world.invite(alice!);
    await world.inStep();
    await world.pass(10_000);
    const then = world.relay.snapshot();
    granted(await world.finish(alice!.room.decide(remove(bob!))));
    const link = alice!.room.inviteLink(invitation.inviteId, "chat.test")!;
    await world.pass(10_000);
    world.relay.rollBack(then);
    const carol = await world.device("Carol");
    const records = new Map(carol.disk.records);
    const invited = await world.finish(carol.client.previewInvite(link));
    expect(invited).toMatchObject({ ok: false, error: { kind: "refused", rejection: { code: "below_floor" } } });
    expect(carol.disk.records).toEqual(records);
  });
  it("A21: when two people are shown different logs, what the relay signed convicts it", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const other = world.relay.fork("Bob's", ["Bob"]);
    await world.pass(30_000);
    // Both go on, each in a room of their own, and notice nothing.
    granted(await world.finish(alice!.room.decide({ type: "rekey" })));
    granted(await world.finish(bob!.room.decide({ type: "rekey" })));
    await world.say(alice!, "to nobody");
    await world.say(bob!, "to nobody either");
    expect([...alarmsOf(alice!), ...alarmsOf(bob!)]).toEqual([]);
    expect(alice!.room.roomCode()).not.toBe(bob!.room.roomCode());
    // The moment it shows one of them what it showed the other, its own signatures contradict each other.
    const bobs = stateOf(world, bob!) as { epoch: number; seq: number };
    world.relay.show(world.relay.main, ["Bob"]);
    await world.pass(60_000);
    expect(alarmsOf(bob!).join()).toMatch(/EQUIVOCATION|FORK/);
    expect(bob!.room.status().paused?.why).toBe("alarm");
    expect(stateOf(world, bob!)).toMatchObject({ epoch: bobs.epoch, seq: bobs.seq });
    world.relay.show(other, ["Alice"]);
    await world.pass(60_000);
    expect(alarmsOf(alice!)).toContain("EQUIVOCATION");
    const proof = alice!.room.status().alarms.find(({ code }) => code === "EQUIVOCATION")!.proof!;
    expect(verifyProof(world.crypto, proofFromJson(proof)!)).toBe("equivocation");
    // It stays found out, also after a restart.
    alice!.crash();
    await world.start(alice!);
    await world.pass(30_000);
    expect(alice!.room.status().paused?.why).toBe("alarm");
  });
  it("A22: two sides of a fork that part at different places and meet again leave a proof, whose own commit it was or not", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    await world.say(alice!, "together");
    await world.inStep();
    const other = world.relay.fork("Bob's", ["Bob"]);
    await world.pass(30_000);
    // Alice's side commits at one place, Bob's at another; Carol, who is on Alice's side, commits nothing.
    granted(await world.finish(alice!.room.decide({ type: "rekey" })));
    for (const text of ["one", "two", "three"]) await world.say(alice!, text);
    for (let n = 0; n < 9; n++) await world.say(bob!, `other ${String(n)}`);
    granted(await world.finish(bob!.room.decide({ type: "rekey" })));
    await world.say(bob!, "other end");
    await world.inStep();
    // Carol comes back to her side once: it signs for it.
    world.network.disconnect("Carol");
    await world.pass(30_000);
    const before = [alice!, carol!].map((device) => stateOf(world, device));
    const texts = await world.texts(carol!);
    carol!.crash();
    await world.pass(20_000);
    world.relay.show(other, ["Alice", "Carol"]);
    await world.start(carol!);
    await world.pass(60_000);
    for (const [at, device] of [alice!, carol!].entries()) {
      expect(alarmsOf(device)).toContain("EQUIVOCATION");
      const proof = proofFromJson(device.room.status().alarms.find(({ code }) => code === "EQUIVOCATION")!.proof!)!;
      expect(verifyProof(world.crypto, proof)).toBe("equivocation");
      expect(proof.first.signed.receipt.n).not.toBe(proof.second.signed.receipt.n);
      expect(equalBytes(proof.relayKey, world.relay.publicKey)).toBe(true);
      // Nothing of the other side was taken in.
      const { epoch, seq } = before[at] as { epoch: number; seq: number };
      expect(stateOf(world, device)).toMatchObject({ epoch, seq, paused: "alarm" });
    }
    expect(await world.texts(carol!)).toEqual(texts);
    // One proof is enough: however often they meet again, no other is made.
    carol!.crash();
    await world.start(carol!);
    await world.pass(60_000);
    expect(alarmsOf(carol!).filter((code) => code === "EQUIVOCATION")).toHaveLength(1);
    expect(carol!.room.status().paused?.why).toBe("alarm");
  });
  it("A22: RULE client.signed-for: a fork in the middle of a long connection leaves a proof too", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.pass(60_000);
    const connections: string[] = [];
    const { n } = alice!.room.status();
    world.relay.tamper({ request: (node, frame) => (frame.type === "hello" && connections.push(node), [frame]) });
    const other = world.relay.fork("Bob's", ["Bob"]);
    await world.pass(30_000);
    // Alice's connection stands all the time, and she commits nothing: for what she has there are no receipts.
    for (let n = 0; n < 70; n++) await world.say(alice!, `alice ${String(n)}`);
    for (let n = 0; n < 75; n++) await world.say(bob!, `bob ${String(n)}`);
    expect(connections).not.toContain("Alice");
    expect(alice!.room.status().n).toBe(n + 70);
    world.relay.show(other, ["Alice"]);
    await world.pass(60_000);
    const alarm = alice!.room.status().alarms.find(({ code }) => code === "EQUIVOCATION");
    const proof = proofFromJson(alarm?.proof ?? "");
    expect(proof?.first.kind).toBe("head");
    expect(verifyProof(world.crypto, proof!)).toBe("equivocation");
  });
  it("A22: RULE client.proof-bounded: a relay that does not show the log it signed keeps the alarm, and costs little", async () => {
    for (const how of ["silence", "little", "other records"] as const) {
      const world = new World({ isRelayHonest: false });
      const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
      for (let n = 0; n < 40; n++) await world.say(alice!, `alice ${String(n)}`);
      const other = world.relay.fork("Bob's", ["Bob"]);
      await world.pass(30_000);
      granted(await world.finish(alice!.room.decide({ type: "rekey" })));
      await world.say(alice!, "last");
      for (let n = 0; n < 5; n++) await world.say(bob!, `bob ${String(n)}`);
      let pages = 0;
      world.relay.tamper({
        reply: (_node, frame) => {
          if (frame.type !== "page" || frame.items.length === 0) return [frame];
          pages++;
          if (how === "silence") return [];
          if (how === "little") return [{ ...frame, items: frame.items.slice(0, 1) }];
          return [{ ...frame, items: frame.items.map((item) => ({ ...item, epoch: 99 })) }];
        },
      });
      world.relay.show(other, ["Alice"]);
      await world.pass(20_000);
      expect(alarmsOf(alice!)).toContain("FORK");
      expect(alarmsOf(alice!)).not.toContain("EQUIVOCATION");
      expect(alice!.room.status().paused?.why).toBe("alarm");
      expect(pages).toBeLessThanOrEqual(how === "little" ? 16 : 4);
      // The moment it answers, it is convicted.
      world.relay.tamper(null);
      world.network.disconnect("Alice");
      await world.pass(60_000);
      expect(alarmsOf(alice!)).toContain("EQUIVOCATION");
    }
  });
  it("A24: a message that is delivered again is shown once", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.say(alice!, "once");
    await world.inStep();
    const tag = world.tagOf(alice!);
    const last = world.relay.main.log(tag).at(-1)!;
    if (last.pruned) throw new Error("pruned");
    for (let n = 0; n < 3; n++) world.relay.inject(tag, { kind: "message", payload: last.payload });
    await world.inStep();
    expect(await world.texts(bob!)).toEqual(["Alice: once"]);
    expect(await world.texts(alice!)).toEqual(["Alice: once"]);
    bob!.crash();
    await world.start(bob!);
    world.relay.inject(tag, { kind: "message", payload: last.payload });
    await world.inStep();
    expect(await world.texts(bob!)).toEqual(["Alice: once"]);
    await talk(world, alice!, bob!);
  });
  it("A26: a commit of an old epoch changes nothing, in its own epoch's name or in the present one's", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    const tag = world.tagOf(alice!);
    granted(await world.finish(alice!.room.decide({ type: "setRole", person: bob!.client.person, role: "admin" })));
    const promotion = world.relay.main.log(tag).at(-1)!;
    granted(await world.finish(alice!.room.decide({ type: "setRole", person: bob!.client.person, role: "member" })));
    await world.inStep();
    const before = [alice!, bob!, carol!].map((device) => stateOf(world, device));
    const { seq } = alice!.room.status();
    if (promotion.pruned) throw new Error("pruned");
    const { payload, attachment, epoch } = promotion;
    world.relay.inject(tag, { kind: "commit", payload, attachment });
    const n = world.relay.forge(tag, { kind: "commit", epoch, payload, attachment });
    const devices = [alice!, bob!, carol!];
    await world.until(() => devices.every(({ room }) => room.status().n === n));
    expect(devices.map((device) => stateOf(world, device))).toEqual(before);
    // They may renew their keys over it, as it has taken the place of their write key; nothing else.
    await world.pass(60_000);
    expect(new Set(devices.map(({ room }) => room.roomCode())).size).toBe(1);
    expect(devices.map(({ room }) => room.status().seq)).toEqual([seq, seq, seq]);
    expect(bob!.room.members().find(({ name }) => name === "Bob")!.role).toBe("member");
  });
  it("A27: an admission that is delivered again rolls nobody back", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice"]);
    const { link } = await world.invite(alice!, { mode: "ask" });
    const bob = await world.device("Bob");
    const invited = granted(await world.finish(bob.client.previewInvite(link)));
    granted(await world.finish(invited.accept("Bob")));
    const inboxes: InboxId[] = [];
    let admission: Uint8Array | null = null;
    world.relay.tamper({
      request: (_node, frame) => {
        if (frame.type === "fetchInbox") inboxes.push(frame.inboxId);
        return [frame];
      },
      reply: (_node, frame) => {
        if (frame.type === "inbox") admission ??= frame.items[0]?.blob ?? null;
        return [frame];
      },
    });
    const [request] = granted(await world.finish(alice!.room.requests()));
    granted(await world.finish(alice!.room.admit(request!.id)));
    await world.until(() => bob.room.status().standing === "member");
    granted(await world.finish(alice!.room.decide({ type: "rekey" })));
    await world.inStep();
    const before = stateOf(world, bob);
    const inboxId = inboxes.at(-1)!;
    const item = { roomTag: world.tagOf(alice!), n: 1, blob: admission! };
    world.relay.main.store.inboxes.add(inboxId, item, world.timeline.now, 99);
    world.relay.say("Bob", [{ type: "inboxChanged", inboxId }]);
    await world.pass(30_000);
    bob.crash();
    await world.start(bob);
    world.relay.say("Bob", [{ type: "inboxChanged", inboxId }]);
    await world.pass(30_000);
    expect(stateOf(world, bob)).toEqual(before);
    await talk(world, alice!, bob);
  });
  it("A28: a newcomer who is shown an old slot, or an old room, is never told that they are in", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!);
    await world.inStep();
    await world.pass(20_000);
    const then = world.relay.snapshot();
    const tag = world.tagOf(alice!);
    granted(await world.finish(alice!.room.decide(remove(bob!))));
    await world.pass(20_000);
    // An old slot over the true log.
    const old = world.relay.fork("old", []);
    old.restart(then);
    world.relay.tamper({
      reply: (node, frame) => {
        if (node !== "Carol" || frame.type !== "slot") return [frame];
        const row = old.store.rooms.get(tag)!;
        const slotId = [...slotIds].find((id) => old.store.slots.get(row.no, id) !== null)!;
        const version = old.store.slots.version(row.no, slotId, 0)!;
        return [{ ...frame, ...version }];
      },
      request: (_node, frame) => {
        if (frame.type === "getSlot") slotIds.add(frame.slotId);
        return [frame];
      },
    });
    const slotIds = new Set<SlotId>();
    const carol = await world.device("Carol");
    const invited = await world.finish(carol.client.previewInvite(link));
    if (invited.ok) await world.finish(invited.value.accept("Carol"), 600_000);
    expect(carol.client.rooms().map((room) => room.status().standing)).not.toContain("member");
    expect(namesOf(alice!)).toEqual(["Alice"]);
    // The whole old room, with its log: Dave joins a room of the past, and it stays unconfirmed, whoever speaks today.
    world.relay.tamper(null);
    world.relay.show(old, ["Dave"]);
    const dave = await world.device("Dave");
    await world.join(dave, link);
    await world.say(alice!, "today");
    await world.pass(120_000);
    expect(dave.room.status()).toMatchObject({ standing: "member", isConfirmed: false });
    expect(await world.texts(dave)).toEqual([]);
    // Shown the present at last, Dave learns that it is not what was signed before.
    world.relay.show(world.relay.main, ["Dave"]);
    await world.pass(60_000);
    expect(dave.room.status().paused?.why).toBe("alarm");
  });
  it.each([TEN_YEARS, -TEN_YEARS])("A33: the relay's clock decides nothing (%d ms off)", async (skew) => {
    const world = new World({ isRelayHonest: false });
    world.relay.skew = skew;
    const [alice] = await world.roomOf(["Alice"]);
    // A clock that nobody agrees with is asked about; what the person says counts, not the relay.
    const asked = await world.finish(alice!.room.decide({ type: "setTitle", title: "Never" }));
    expect(asked).toMatchObject({ ok: false, error: { kind: "clock", ahead: expect.closeTo(-skew, -4) } });
    alice!.client.trustClock();
    const lasting = await world.invite(alice!, { notAfter: world.timeline.now + 3_600_000 });
    const bob = await world.device("Bob");
    await world.join(bob, lasting.link);
    // The room's own time goes on when an owner decides something; then the invite is over, whatever the relay says.
    await world.pass(2 * 3_600_000);
    granted(await world.finish(alice!.room.decide({ type: "setRole", person: bob.client.person, role: "admin" })));
    const carol = await world.device("Carol");
    expect(alice!.room.invites()[0]).toMatchObject({ isOpen: false, isRevoked: false });
    await world.pass(30_000);
    expect((await world.finish(carol.client.previewInvite(lasting.link))).ok).toBe(false);
    expect([...alarmsOf(alice!), ...alarmsOf(bob)]).toEqual([]);
  });
  it("A24, A26: what is replayed by a member's hand is no better", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const hostile = new HostileMember(world, bob!);
    const sent = hostile.message({ body: new TextEncoder().encode("by hand") });
    world.invariants.wrote(bob!.client.person, "by hand");
    world.relay.inject(hostile.roomTag, sent);
    world.relay.inject(hostile.roomTag, sent);
    await world.pass(10_000);
    const texts = await world.texts(alice!);
    expect(texts.filter((text) => text === "Bob: by hand")).toHaveLength(1);
    expect(equalBytes(hostile.person, bob!.client.person)).toBe(true);
  });
});
