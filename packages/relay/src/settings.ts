import { DEFAULT_LIMITS, type Limits } from "@conclave/wire";

/** A token bucket: `burst` at once, refilled by `perSecond`. */
export interface RateLimit {
  readonly burst: number;
  readonly perSecond: number;
}

/** How often things can be done. A request costs 1, and more with its size; proofs and room creations cost 8. */
export interface Rates {
  /** Requests of one connection. */
  readonly connection: RateLimit;
  /** The same of all connections of one address together, also those that are gone; 16 KiB of files cost 1 besides. */
  readonly address: RateLimit;
  /** Bytes of blobs that one connection writes and reads: counted separately, so that a file does not hold up messages. */
  readonly blobBytes: RateLimit;
  /** Appends to one room, of all connections together. */
  readonly room: RateLimit;
  /** Rooms created from one address. */
  readonly create: RateLimit;
  /** Files begun from one address. */
  readonly files: RateLimit;
  /** External commits and join requests through one slot: from one address, and from all. */
  readonly slot: RateLimit;
  readonly slotOfAll: RateLimit;
  /** Bytes of what is never pruned (commits, slots, rosters): to one room, and from one address. */
  readonly lastingOfRoom: RateLimit;
  readonly lastingOfAddress: RateLimit;
  /** Commits to one room with a retired write key: from one address, and from all. */
  readonly recovery: RateLimit;
  readonly recoveryOfRoom: RateLimit;
  /** Appends with keys on probation that came of one commit by an invite or a retired key; and the commits among them. */
  readonly probation: RateLimit;
  readonly probationCommits: RateLimit;
  /** Commits of members to one room, from one address. */
  readonly commits: RateLimit;
  /** Pleas with one write key, which all members of its epoch have, from one address. */
  readonly pleas: RateLimit;
  /** Slots that somebody on probation opens, and answers to pleas: from one address, and from all. */
  readonly doors: RateLimit;
  readonly doorsOfAll: RateLimit;
}

/** How much is kept. */
export interface Quotas {
  readonly slotsPerRoom: number;
  readonly requestsPerSlot: number;
  /** Pleas that wait in one room, and how many of them are from one address. */
  readonly pleasPerRoom: number;
  readonly pleasPerAddress: number;
  /** Payload bytes of messages that people on probation have in one room, besides those of members. */
  readonly probationBytes: number;
  /** Deliveries from one room that one inbox holds; the oldest are dropped. */
  readonly deliveriesPerRoom: number;
  /** Bytes of blobs in one room. Unfinished ones count with what has come. */
  readonly blobBytesPerRoom: number;
  /** Bytes of the disk to leave free: with less, the relay takes nothing that needs space. */
  readonly freeBytes: number;
}

/** What is pruned. Commits and roster records are kept for ever. */
export interface Retention {
  /** Ms that messages and blobs are kept; null for ever. */
  readonly maxAge: number | null;
  /** Payload bytes of messages kept in one room; the oldest are pruned beyond it. */
  readonly messageBytesPerRoom: number;
  /** Ms after its newest chunk that an unfinished blob is kept. */
  readonly uploadAge: number;
  /** Ms that undelivered inbox items and unanswered join requests are kept. */
  readonly pendingAge: number;
}

/** How long a room of a restored relay waits for those who know more than the copy has, in ms. */
export interface RecoveryWaits {
  /** From when the first of its people comes: a client that was away comes back within half a minute. */
  readonly settle: number;
  /** After somebody has brought something: others may know of what came after it. */
  readonly tail: number;
  /** For records that this relay signed and nobody brings. Then the room goes on without them. */
  readonly owed: number;
}

/** Everything about a relay's behaviour that its operator can set. */
export interface RelaySettings {
  readonly limits: Limits;
  readonly rates: Rates;
  readonly quotas: Quotas;
  readonly retention: Retention;
  /** How long a room waits in a relay that was restored from a copy. */
  readonly recovery: RecoveryWaits;
  /** The permit that a client needs to create rooms (at most 256 bytes); null if anybody can. */
  readonly createPermit: Uint8Array | null;
  /** Ms a new connection has for its hello. */
  readonly helloTimeout: number;
  /** Ms a new connection has for proving or subscribing to something. */
  readonly proofTimeout: number;
  /** Faults after which a connection is closed; one is forgiven each second. */
  readonly strikes: number;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Settings for a relay of a small community. */
export const DEFAULT_SETTINGS: RelaySettings = {
  limits: DEFAULT_LIMITS,
  rates: {
    connection: { burst: 4000, perSecond: 400 },
    address: { burst: 32_000, perSecond: 1600 },
    blobBytes: { burst: 16 * MIB, perSecond: 8 * MIB },
    room: { burst: 4000, perSecond: 400 },
    create: { burst: 30, perSecond: 1 / 20 },
    files: { burst: 64, perSecond: 1 },
    slot: { burst: 30, perSecond: 1 / 2 },
    slotOfAll: { burst: 120, perSecond: 2 },
    lastingOfRoom: { burst: 32 * MIB, perSecond: 16 * 1024 },
    lastingOfAddress: { burst: 64 * MIB, perSecond: 32 * 1024 },
    recovery: { burst: 2, perSecond: 1 / 10 },
    recoveryOfRoom: { burst: 8, perSecond: 1 / 2 },
    probation: { burst: 60, perSecond: 2 },
    probationCommits: { burst: 3, perSecond: 1 / 10 },
    commits: { burst: 60, perSecond: 2 },
    pleas: { burst: 1, perSecond: 1 / 600 },
    doors: { burst: 16, perSecond: 1 / 120 },
    doorsOfAll: { burst: 64, perSecond: 1 / 60 },
  },
  quotas: {
    slotsPerRoom: 256,
    requestsPerSlot: 64,
    pleasPerRoom: 16,
    pleasPerAddress: 2,
    probationBytes: 16 * MIB,
    deliveriesPerRoom: 8,
    blobBytesPerRoom: 2048 * MIB,
    freeBytes: 64 * MIB,
  },
  retention: { maxAge: null, messageBytesPerRoom: 1024 * MIB, uploadAge: DAY_MS, pendingAge: 30 * DAY_MS },
  recovery: { settle: 45_000, tail: 5_000, owed: DAY_MS },
  createPermit: null,
  helloTimeout: 10_000,
  proofTimeout: 180_000,
  strikes: 30,
};

/** Settings of which some are given; {@link DEFAULT_SETTINGS} has the rest. */
export type PartialSettings = {
  readonly [K in keyof RelaySettings]?: RelaySettings[K] extends Uint8Array | number | null
    ? RelaySettings[K]
    : Partial<RelaySettings[K]>;
};

/** The given settings, and {@link DEFAULT_SETTINGS} for the rest. */
export function settingsWith(given: PartialSettings = {}): RelaySettings {
  const base = DEFAULT_SETTINGS;
  return {
    ...base,
    ...given,
    limits: { ...base.limits, ...given.limits },
    rates: { ...base.rates, ...given.rates },
    quotas: { ...base.quotas, ...given.quotas },
    retention: { ...base.retention, ...given.retention },
    recovery: { ...base.recovery, ...given.recovery },
    createPermit: given.createPermit ?? null,
  };
}
