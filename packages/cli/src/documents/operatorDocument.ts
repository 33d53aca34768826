/** A room as the operator of its relay sees it. Times are ms since 1970, null for a room in which nothing was written. */
export interface HostedRoomDocument {
  /** 64 hexadecimal digits, by which the relay knows the room: not its id. */
  readonly tag: string;
  /** How many records its log has. */
  readonly records: number;
  /** Bytes of messages, and of files, that are kept. */
  readonly messageBytes: number;
  readonly fileBytes: number;
  readonly createdAt: number | null;
  readonly usedAt: number | null;
}

/** An address, or a network, that has connections now, was refused lately, or is blocked. */
export interface AddressDocument {
  readonly address: string;
  readonly connections: number;
  /** How many of its requests and connections were refused in this minute and the last one. */
  readonly refused: number;
  readonly blocked: boolean;
}
