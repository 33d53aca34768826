export { type Storage, type StoredRecord, type Write, type Range, checkKey, orderedKey } from "./ports/storage.js";
export { type Transport, type Connection, type ConnectionEvents, MAX_FRAME } from "./ports/transport.js";
export { type Clock, type CancelTimer } from "./ports/clock.js";
export { type Lock, type HeldLock } from "./ports/lock.js";
export { MemoryStorage, MemoryDisk, type CommitFate } from "./memory/memoryStorage.js";
export { MemoryLock } from "./memory/memoryLock.js";
export { ManualClock } from "./memory/manualClock.js";
