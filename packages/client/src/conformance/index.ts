/** What each port demands of its drivers, as cases that need no test framework: run every case for every driver. */
export type { ConformanceCase } from "./conformance.js";
export { storageConformance, type StorageSubject } from "./storageConformance.js";
export { transportConformance, type TransportSubject } from "./transportConformance.js";
export { clockConformance, type ClockSubject } from "./clockConformance.js";
export { randomConformance } from "./randomConformance.js";
export { lockConformance, type LockSubject } from "./lockConformance.js";
