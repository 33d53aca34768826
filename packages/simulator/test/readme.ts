import { proofFromJson, verifyProof } from "@conclave/protocol";
import { granted, World } from "@conclave/simulator";

// One process, one seed: real clients, the real relay's core, a simulated network and clock.
const world = new World({ seed: 7, isRelayHonest: false });
const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
const names = () => bob!.room.members().map(({ name }) => name);

// The relay keeps a copy of its state, and Alice removes Carol.
const before = world.relay.snapshot();
const removal = { type: "remove", person: carol!.client.person, ban: false } as const;
granted(await world.finish(alice!.room.decide(removal)));
await world.inStep([alice!, bob!]);
console.log("at Bob's:", names().join(", "));

// Then it rolls back to the copy, with valid signatures of its own.
await world.pass(10_000);
world.relay.rollBack(before);
await world.pass(60_000);
const { alarms, paused } = bob!.room.status();
console.log("the relay goes back:", alarms.map(({ code }) => code).join(", "));
console.log("at Bob's:", names().join(", "), "and sending is paused:", paused !== null);

// Its own signatures convict it: anyone can check that, without the room's keys.
const proof = alice!.room.status().alarms.find(({ code }) => code === "ROLLBACK")!.proof!;
console.log("proven:", verifyProof(world.crypto, proofFromJson(proof)!));
