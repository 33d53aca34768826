/** A lock that is held. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * Port: at most one writer for one home, among processes and tabs. The system frees the lock when its holder dies.
 *
 * RULE: client.one-writer: two writers of one home would use a ratchet key twice (docs/protocol.md §9, attack A65).
 * The conformance suite is `lockConformance`.
 */
export interface Lock {
  /** The lock, or null at once when somebody else holds it. */
  take(): Promise<HeldLock | null>;
}
