import type { Group } from "@conclave/mls";
import { prefixDelta } from "../encoding/delta.js";
import type { MessageId, PersonId } from "../encoding/ids.js";
import type { RosterKeys } from "../invite/slot.js";
import type { Delta, Provider } from "../encoding/provider.js";
import type { Entry } from "../roster/entry.js";
import type { Roster } from "../roster/roster.js";
import type { RosterKey } from "../transport/rosterLog.js";
import { entryKey } from "./acceptCommit.js";
import { encodeKeyring, newKeyring, rosterKeyRecords } from "./keyring.js";
import { LogMemory, type LogPlace } from "../evidence/logMemory.js";
import { leafKeyOf } from "../identity/leafCert.js";
import { CORE, GROUP, KEYS, type RoomParts } from "./parts.js";
import { ProposalRecords } from "./proposalRecords.js";
import { RelayWatch } from "./relayWatch.js";
import { encodeCore, type JoinCommit, type RoomCore } from "./roomCore.js";
import { roomEngine, roomTagOf } from "./roomTag.js";

/** A room as somebody has it who just joined. */
export interface JoinedState {
  /** In the epoch after the join. */
  readonly group: Group;
  readonly groupRecords: Delta;
  /** After the join. */
  readonly roster: Roster;
  readonly rosterKeys: RosterKeys;
  /** Those of earlier generations, at least. */
  readonly pastKeys: readonly RosterKey[];
  readonly person: PersonId;
  readonly leafSeed: Uint8Array;
  /** Where to read the log from: a place before the join. */
  readonly log: LogPlace;
  readonly lastCommit: number;
  readonly join: JoinCommit;
  /** The whole chain, the charter first. */
  readonly entries: readonly Entry[];
  /** The roster's records; later ones replace earlier ones. */
  readonly rosterRecords: readonly Delta[];
}

/** What the room consists of, `joining` until the log shows the join, and all that is to be stored of it. */
export function beginJoined(primitives: Provider, joined: JoinedState): { parts: RoomParts; delta: Delta } {
  const { group, roster, rosterKeys, pastKeys, person, leafSeed, lastCommit, join } = joined;
  const { roomId } = roster;
  const roomTag = roomTagOf(primitives.crypto, roomId);
  const keys = newKeyring(group.view, rosterKeys);
  const log = LogMemory.from(roomTag, joined.log);
  const leaf = leafKeyOf(primitives.crypto, leafSeed);
  const status = "joining" as const;
  const core: RoomCore = {
    ...{ roomId, person, leafSeed, leaf, status, lastCommit, join, confirmed: null, losses: 0 },
    ...{ gapAt: 0, unopened: null, passed: null, ahead: 0, upgraded: null },
  };
  const parts: RoomParts = {
    ...{ primitives, engine: roomEngine(primitives), roomTag, log, group, roster, core, keys },
    ...{
      watch: RelayWatch.empty(),
      proposals: ProposalRecords.empty(),
      own: new Map<string, MessageId>(),
      apps: new Map<string, number>(),
    },
    ...{ pending: null, withdrawn: [], groupRecords: null, alarms: [], isCaughtUp: false },
  };
  const records = new Map<string, Uint8Array>();
  const kept = rosterKeyRecords([...pastKeys, ...keys.roster]);
  for (const delta of [prefixDelta(GROUP, joined.groupRecords), ...joined.rosterRecords, log.records(), kept]) {
    for (const [key, value] of delta.put) records.set(key, value);
    for (const key of delta.delete) records.delete(key);
  }
  for (const entry of joined.entries) records.set(entryKey(entry.seq), entry.bytes);
  records.set(CORE, encodeCore(core)).set(KEYS, encodeKeyring(keys));
  return { parts, delta: { put: [...records], delete: [] } };
}
