import { MessageId } from "../encoding/ids.js";
import { Group } from "@conclave/mls";
import { recordsUnder } from "../encoding/delta.js";
import type { Provider } from "../encoding/provider.js";
import { loadRoster } from "../roster/rosterRecord.js";
import { loadApps } from "./apps.js";
import { decodeAlarms } from "./alarmRecord.js";
import { judgeStored } from "./judgeStored.js";
import { decodeKeyring } from "./keyring.js";
import { LogMemory } from "../evidence/logMemory.js";
import { ALARM_RECORD, CORE, decodePending, GROUP, isWithdrawnKey, KEYS, PENDING, type RoomParts } from "./parts.js";
import { ProposalRecords } from "./proposalRecords.js";
import { RelayWatch } from "./relayWatch.js";
import { Room } from "./room.js";
import { decodeCore } from "./roomCore.js";
import { roomEngine, roomTagOf } from "./roomTag.js";

/** The room that stored deltas left. Records of other keys are ignored. @throws TypeError when the store is damaged */
export function loadRoom(primitives: Provider, stored: Iterable<readonly [string, Uint8Array]>): Room {
  const records = new Map(stored);
  const core = decodeCore(records.get(CORE));
  const roomTag = roomTagOf(primitives.crypto, core.roomId);
  const engine = roomEngine(primitives);
  const groupRecords = new Map(recordsUnder(GROUP, records));
  const pending = records.get(PENDING);
  const withdrawn = [...records].flatMap(([key, value]) => (isWithdrawnKey(key) ? [value] : []));
  const parts: RoomParts = {
    primitives,
    engine,
    roomTag,
    log: LogMemory.load(roomTag, records),
    watch: RelayWatch.load(records),
    proposals: ProposalRecords.load(records),
    own: new Map([...recordsUnder("o/", records)].map(([hash, id]) => [hash, MessageId.of(id)])),
    apps: loadApps(records),
    group: Group.load(engine, groupRecords),
    roster: loadRoster(primitives.crypto, records),
    core,
    keys: decodeKeyring(records.get(KEYS)),
    pending: null,
    withdrawn: [],
    groupRecords: pending === undefined && withdrawn.length === 0 ? null : groupRecords,
    alarms: decodeAlarms(records.get(ALARM_RECORD)),
    isCaughtUp: false,
  };
  const decoded = (bytes: Uint8Array) => decodePending(bytes, (...what) => judgeStored(parts, ...what));
  if (pending !== undefined) parts.pending = decoded(pending);
  parts.withdrawn = withdrawn.map(decoded);
  return new Room(parts);
}
