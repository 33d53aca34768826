/**
 * The untrusted server: orders and stores sealed bytes, and knows nothing else (docs/protocol.md §6). `startRelay` is the
 * whole server; `RelayCore` is the same without sockets, threads and disk, for simulations.
 */
export { RelayCore } from "./core/relayCore.js";
export type { RelayCoreOptions } from "./core/relayCoreOptions.js";
export type { RelayCrypto } from "./core/relayCrypto.js";
export type { CoreOutput, PushOrigin } from "./core/output.js";
export {
  DEFAULT_SETTINGS,
  settingsWith,
  type PartialSettings,
  type Quotas,
  type RateLimit,
  type Rates,
  type RelaySettings,
  type Retention,
} from "./settings.js";
export { MemoryStore } from "./store/memory/memoryStore.js";
export { SqliteStore } from "./store/sqlite/sqliteStore.js";
export type { BlobRow } from "./store/blobTable.js";
export type { PageSize } from "./store/recordPage.js";
export type { RecordRow } from "./store/recordTable.js";
export type { RoomRow, WriteKey } from "./store/roomTable.js";
export type { SlotRow, SlotVersion } from "./store/slotTable.js";
export type { Store } from "./store/store.js";
export { writeBackup, type BackupFault, type BackupSummary } from "./backup/backup.js";
export { isSealedFile } from "./backup/sealedFile.js";
export { restoreBackup, type RestoreFault } from "./backup/restore.js";
export { markDatabaseRestored, markFolderRestored, type MarkFault } from "./backup/markRestored.js";
export { migrateToDatabase, migrateToFolder, type Migration, type MigrationFault } from "./migration/migrate.js";
export type { MovedCounts } from "./migration/moveRooms.js";
export { RelayStartError } from "./server/startError.js";
export { startRelay } from "./server/startRelay.js";
export type { Relay, RelayOptions } from "./server/relayOptions.js";
export { SOCKET_PATH } from "./server/entrance.js";
export type { TrustedProxyList } from "./server/trustedProxies.js";
export { answerLines, askLine } from "./server/lineSocket.js";
export { operateRelay } from "./server/operateRelay.js";
export type { ListedAddress, OperatorAnswer, OperatorRequest, ListedRoom } from "./server/operatorRequest.js";
export { examineFolder, type FolderFacts, type StoreFacts } from "./doctor/examineFolder.js";
export { examineDatabase, type DatabaseFacts } from "./doctor/examineDatabase.js";
export { examineKey, type KeyFacts } from "./doctor/examineKey.js";
export { examineRunning, isSharedRelay, type RunningFacts } from "./doctor/examineRunning.js";
export { certificateFacts, certificateFault, isCertificateFor } from "./doctor/examineCertificate.js";
export type { AddressAnswer } from "./doctor/askAddress.js";
