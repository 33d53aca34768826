/** What a connection tells its owner. Nothing is called before `connect` has returned. */
export interface ConnectionEvents {
  /** The connection stands: frames can be sent. At most once, before any frame. */
  opened(): void;
  /** One whole frame, in the order of sending. */
  frame(bytes: Uint8Array): void;
  /** The connection is over, or never came about. Exactly once, unless the owner closed it; nothing follows. */
  closed(): void;
}

/** One connection to a relay. */
export interface Connection {
  /** Sends one frame. Frames arrive in order, each whole, or not at all; on a closed connection it does nothing. */
  send(frame: Uint8Array): void;
  /** Ends the connection. No event follows, not even `closed`. */
  close(): void;
}

/**
 * Port: connections that carry frames of bytes. It keeps order and wholeness and promises nothing else: not delivery,
 * not secrecy, not who is at the other end. The conformance suite is `transportConformance`.
 */
export interface Transport {
  /** Begins to connect to a relay's URL (`ws://` or `wss://`). Failure is reported by `events.closed`, never thrown. */
  connect(url: string, events: ConnectionEvents): Connection;
}

/** The longest frame that a client accepts, in bytes; a longer one ends the connection (attack A80). */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
