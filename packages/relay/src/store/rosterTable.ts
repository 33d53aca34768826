/** Port: the roster's records of a store; see `Store`. */
export interface RosterTable {
  /** Adds a roster record under its hash; nothing changes where there is one. */
  add(room: number, hash: Uint8Array, record: Uint8Array): void;
  /** The roster record with this hash, or null. */
  get(room: number, hash: Uint8Array): Uint8Array | null;
}
