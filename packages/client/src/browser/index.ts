/**
 * What a client needs in a browser. A worker opens a home with `openBrowserHome`; a page asks for passkeys and for
 * storage that lasts. The ports by themselves: storage in IndexedDB, plain or sealed, the browser's WebSocket, a lock
 * among tabs.
 */
export {
  eraseBrowserHome,
  type HomeIntent,
  type HomeOptions,
  type HomeProblem,
  openBrowserHome,
  type OpenedHome,
} from "./browserHome.js";
export { type HomeState, inspectBrowserHome } from "./vault/homeState.js";
export type { Secret } from "./vault/secret.js";
export type { VaultSlotView, Vault, VaultProblem } from "./vault/vault.js";
export { warmUp } from "./warmUp.js";
export { askPasskey, createPasskey, type PasskeyProblem, type PasskeySecret } from "./passkey.js";
export { askPersist } from "./askPersist.js";
export { IndexedDbStorage } from "./indexedDbStorage.js";
export { SealedStorage } from "./sealedStorage.js";
export { StorageError } from "./storageError.js";
export { WebSocketTransport } from "./webSocketTransport.js";
export { WebLock } from "./webLock.js";
export { systemClock, systemRandom } from "../ports/system.js";
