/** What a client needs in a browser: storage in IndexedDB, the browser's WebSocket, a lock among tabs. */
export { IndexedDbStorage } from "./indexedDbStorage.js";
export { WebSocketTransport } from "./webSocketTransport.js";
export { WebLock } from "./webLock.js";
export { systemClock, systemRandom } from "../ports/system.js";
