/** A deterministic world for clients, relay and network: one process, one seed (docs/simulation.md). */
export { SimulatedDevice, type Surroundings } from "./device.js";
export { Dice } from "./dice.js";
export type { Injection } from "./insider.js";
export { inspect, openStored, storedRecords, type StoredRoom } from "./inspection.js";
export { Invariants, InvariantViolation, type InvariantOptions } from "./invariants.js";
export { KeyAudit } from "./keyAudit.js";
export { Network, type Endpoint, type ServerLink, type Way } from "./network.js";
export { Branch, type ForgedRecord, SimRelay, type Tampering } from "./relay.js";
export { Player } from "./player.js";
export { SimulatedSshKey } from "./simulatedSshKey.js";
export { simulate, type SimulationOptions, type SimulationResult } from "./simulation.js";
export { ProcessClock, Timeline } from "./timeline.js";
export { Trace } from "./trace.js";
export { granted, RELAY_URL, World, type WorldOptions } from "./world.js";
