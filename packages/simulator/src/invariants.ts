import { fromHex, toHex } from "@conclave/codec";
import type { MemoryDisk, SessionEvent } from "@conclave/client";
import { type PersonId, RoomId, roomTagOf } from "@conclave/protocol";
import type { SimulatedDevice } from "./device.js";
import { look, storedRecords, unforgotten, type StoredRoom } from "./inspection.js";
import type { KeyAudit } from "./keyAudit.js";
import type { SimRelay } from "./relay.js";
import { UsedSecrets } from "./usedSecrets.js";

/** Something happened that must never happen. The message says what, and names devices. */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

/** Which invariants hold: some are promises of an honest relay only. */
export interface InvariantOptions {
  /** The relay shows everybody one log and keeps it. */
  readonly isRelayHonest: boolean;
}

/** What a device has stored of a room, and how far it has read the log. */
interface Looked {
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly place: number;
}

/** Watches a world: after each step it looks at what has changed, and throws at the first thing that must not be. */
export class Invariants {
  /** How many looks at a changed room there were. */
  checks = 0;
  private readonly seen = new Map<SimulatedDevice, { commits: number; states: Map<string, string> }>();
  private readonly headOfKeys = new Map<string, string>();
  private readonly headOfSeq = new Map<string, string>();
  private readonly shown = new Map<string, Set<string>>();
  private readonly authors = new Map<string, string>();
  private readonly read = new Map<string, number>();
  private readonly usedKeys = new WeakMap<MemoryDisk, Map<string, UsedSecrets>>();
  /** How many used secrets were looked for on disks, all looks together. */
  keysLookedFor = 0;
  private readonly rooms = new Set<string>();
  private readonly allowed = new Set<string>();

  constructor(
    private readonly audit: KeyAudit,
    private readonly options: InvariantOptions,
  ) {}

  /** An alarm that is expected: it tells the truth about something other than the relay. */
  allowAlarm(code: string): void {
    this.allowed.add(code);
  }

  /** A device really wrote this. */
  wrote(person: PersonId, text: string): void {
    this.authors.set(text, toHex(person));
  }

  /** Something was shown at a device. Called for every event of its rooms. */
  told(device: SimulatedDevice, roomId: RoomId, event: SessionEvent): void {
    if (event.type !== "item") return;
    const { item } = event;
    if (item.kind === "unreadable" && this.options.isRelayHonest) {
      fail(`${device.name} cannot read record ${item.n}: ${item.reason}`);
    }
    if (item.kind === "alarm" && this.options.isRelayHonest && !this.allowed.has(item.alarm.code)) {
      fail(`${device.name} raises ${item.alarm.code} against an honest relay (${item.alarm.rejection?.code ?? ""})`);
    }
    if (item.kind !== "message") return;
    const { id, author, body, state, kind } = item.message;
    if (state === "pending") return;
    const key = `${device.name} ${toHex(roomId)}`;
    const shown = this.shown.get(key) ?? new Set();
    this.shown.set(key, shown);
    if (shown.has(toHex(id))) fail(`${device.name} shows message ${toHex(id)} twice`);
    shown.add(toHex(id));
    if (kind !== "text") return;
    const text = new TextDecoder().decode(body);
    const real = this.authors.get(text);
    if (real === undefined) fail(`${device.name} shows a message that nobody wrote: ${text}`);
    if (real !== toHex(author.person)) fail(`${device.name} shows “${text}” as ${author.name}'s`);
  }

  /** Looks at what changed since the last step. */
  check(devices: Iterable<SimulatedDevice>, relay: SimRelay): void {
    let hasChanged = false;
    for (const device of devices) {
      const seen = this.seen.get(device) ?? { commits: -1, states: new Map<string, string>() };
      this.seen.set(device, seen);
      if (seen.commits === device.disk.commits) continue;
      seen.commits = device.disk.commits;
      for (const roomId of changedRooms(device, seen.states)) {
        hasChanged = true;
        const records = storedRecords(device.disk, roomId);
        const left = unforgotten(records);
        if (left.length > 0) fail(`${device.name} keeps keys that it should forget: ${left.join(", ")}`);
        const seenNow = look(this.audit.crypto, records, roomId);
        if (seenNow === null) continue;
        this.checkRoom(device, seenNow.stored);
        // A disk that was put back holds what it held then; the device says so, and sends nothing with it.
        if (this.options.isRelayHonest && !this.allowed.has("RESTORED"))
          this.checkUsedKeys(device, roomId, { records, place: seenNow.place }, relay);
      }
    }
    if (hasChanged) this.checkLogs(relay);
  }

  /** The log records of all rooms that were not looked at yet. */
  checkLogs(relay: SimRelay): void {
    for (const key of this.rooms) {
      const tag = roomTagOf(this.audit.crypto, RoomId.of(fromHex(key)));
      const from = this.read.get(key) ?? 0;
      const log = relay.main.log(tag, from + 1);
      for (const item of log) {
        const wrong = this.audit.check(item);
        if (wrong !== null) fail(wrong);
      }
      this.read.set(key, from + log.length);
    }
  }

  // What a device has read, or sent, it cannot open again: no secret that leads to a used key is on its disk. Of the tree's
  // public nodes nothing is looked at.
  private checkUsedKeys(device: SimulatedDevice, roomId: string, { records, place }: Looked, relay: SimRelay): void {
    const kept = this.usedKeys.get(device.disk) ?? new Map<string, UsedSecrets>();
    this.usedKeys.set(device.disk, kept);
    const used = kept.get(roomId) ?? new UsedSecrets();
    kept.set(roomId, used);
    for (const item of relay.main.log(roomTagOf(this.audit.crypto, RoomId.of(fromHex(roomId))), used.place + 1))
      if (item.n <= place) used.add(this.audit.usedBy(item));
    used.place = place;
    const held = used.findIn([...records].filter(([name]) => !name.startsWith("g/n/")));
    if (held !== null) fail(`${device.name} can still derive a key that it used: record ${held}`);
    this.keysLookedFor += used.size;
  }

  private checkRoom(device: SimulatedDevice, room: StoredRoom): void {
    this.checks++;
    this.rooms.add(room.roomId);
    const { holders, listed, authenticator, head, seq, roomId } = room;
    if (holders.join(" ") !== listed.join(" ")) {
      fail(`a ghost at ${device.name}: the tree holds ${holders.join(", ")}; the roster lists ${listed.join(", ")}`);
    }
    const known = this.headOfKeys.get(authenticator);
    if (known !== undefined && known !== head) fail(`${device.name} has the keys of another roster`);
    this.headOfKeys.set(authenticator, head);
    // A join that is on its way may still lose its race: until it is in the log it is nobody's roster.
    if (!this.options.isRelayHonest || room.status === "joining") return;
    const place = `${roomId} ${seq}`;
    const here = this.headOfSeq.get(place);
    if (here !== undefined && here !== head) fail(`${device.name} has another roster at ${seq} than others`);
    this.headOfSeq.set(place, head);
  }
}

// The rooms whose group or roster is another than at the last look. The group's own state record tells.
function changedRooms(device: SimulatedDevice, states: Map<string, string>): string[] {
  const changed: string[] = [];
  for (const [key, value] of device.disk.records) {
    if (!key.endsWith("/state/s/core")) continue;
    const roomId = key.slice(5, 69);
    const state = toHex(value);
    if (states.get(roomId) === state) continue;
    states.set(roomId, state);
    changed.push(roomId);
  }
  return changed;
}

function fail(message: string): never {
  throw new InvariantViolation(message);
}
