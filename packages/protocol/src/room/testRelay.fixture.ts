import { nodeCrypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { type LogItem } from "@conclave/wire";
import { expect } from "vitest";
import { newDevice, newIdentity } from "../identity/person.js";
import type { DeviceIdentity } from "../identity/leafCert.js";
import { preset } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import type { Plea } from "../invite/plea.js";
import type { Delta, Provider } from "../encoding/provider.js";
import type { Action } from "../roster/action.js";
import { acceptAdmission, type Asking, openingAdmission } from "./asking.js";
import { foundRoom } from "./foundRoom.js";
import { readFrom } from "./history.js";
import { joinRoom } from "./joinRoom.js";
import type { Append, Received } from "./outcome.js";
import { decodeAppend, encodeAppend } from "./storedAppend.js";
import { previewRoom, readSlot, type RoomPreview } from "./preview.js";
import { loadRoom } from "./loadRoom.js";
import type { Room } from "./room.js";

/** A log that keeps order and nothing else: what the protocol needs of a relay. */
export class TestLog {
  readonly items: LogItem[] = [];
  /** Sealed roster records, in the order in which they came. */
  readonly roster: Uint8Array[] = [];
  readonly deliveries: Uint8Array[] = [];
  lastCommit = 0;

  constructor(charter: Uint8Array) {
    this.roster.push(charter);
  }

  /** Appends, or false when it is stale. */
  append(append: Append): boolean {
    if (append.lastCommit !== this.lastCommit) return false;
    // What is sent is something that a relay can read.
    expect(decodeAppend(encodeAppend(append))).toEqual(append);
    const n = this.items.length + 1;
    const { kind, epoch, payload, attachment } = append;
    this.items.push({ n, kind, epoch, payload, attachment, time: 0, pruned: false });
    if (kind === "commit") {
      this.lastCommit = n;
      if (attachment.length > 0) this.roster.push(attachment);
      this.deliveries.push(...append.deliveries.map(({ blob }) => blob));
    }
    return true;
  }
}

const RECORD_KEY = /^[a-z]+\/[a-z0-9/]+$/u;

/** A person's device with one room: its stored records, and the room in memory. */
export class Person {
  readonly records = new Map<string, Uint8Array>();
  readonly received: Received[] = [];
  device: DeviceIdentity;
  private current: Room | null = null;

  constructor(
    readonly primitives: Provider,
    readonly name: string,
  ) {
    this.device = newDevice(primitives, newIdentity(primitives), 1);
  }

  get room(): Room {
    return this.current!;
  }

  store(delta: Delta): void {
    for (const key of [...delta.put.map(([key]) => key), ...delta.delete])
      if (!RECORD_KEY.test(key)) throw new Error(`no record is called ${key}`);
    for (const [key, value] of delta.put) this.records.set(key, value);
    for (const key of delta.delete) this.records.delete(key);
  }

  begin(room: Room, delta: Delta): void {
    this.current = room;
    this.store(delta);
  }

  /** As after a crash. */
  restart(): void {
    this.current = loadRoom(this.primitives, this.records);
  }

  catchUp(log: TestLog): Received[] {
    const news: Received[] = [];
    for (const item of log.items.slice(this.room.cursor.n)) {
      const received = this.room.receive(item);
      if (received.kind !== "deferred") this.store(received.delta);
      news.push(received);
    }
    this.received.push(...news);
    this.room.caughtUp();
    return news;
  }

  /** Opens a plea as a client does. */
  readPlea(blob: Uint8Array): Plea | null {
    const name = this.room.doors.keyRecordOfPlea(blob);
    const key = name === null ? undefined : this.records.get(name);
    return key === undefined ? null : this.room.doors.readPlea(blob, key);
  }

  say(log: TestLog, text: string): boolean {
    const said = this.room.say({ kind: "text", ref: null, body: new TextEncoder().encode(text) }, NOW);
    if (!said.ok) throw new Error(said.error.code);
    this.store(said.value.delta);
    return log.append(said.value.append);
  }

  /** Acts and appends. Gives the refusal's code, or null. */
  act(log: TestLog, action: Action | { type: "rekey" }, more = {}): string | null {
    const made = this.room.act(action, { now: NOW, ...more });
    if (!made.ok) return made.error.code;
    this.store(made.value.delta);
    return log.append(made.value.append) ? null : "stale";
  }
}

export const NOW = 1_700_000_000_000;

/** Primitives with randomness from a seed. */
export function seeded(seed: string): Provider {
  let counter = 0;
  const random = (length: number) => {
    const info = new TextEncoder().encode(`${seed} ${counter++}`);
    return nodeCrypto.hkdfExpand("sha256", new Uint8Array(32), info, Math.max(length, 1)).subarray(0, length);
  };
  return { crypto: nodeCrypto, random };
}

/** A room with Alice in it, and its log. Suite 1, as it is the fastest. */
export function founded(
  policy: Policy = preset("owner"),
  suite = 1,
  alice = new Person(seeded("alice"), "Alice"),
): { alice: Person; log: TestLog } {
  const { primitives, device, name } = alice;
  const relay = { publicKey: nodeCrypto.ed25519PublicKey(new Uint8Array(32).fill(7)), address: "ws://127.0.0.1:1" };
  const made = foundRoom(primitives, { device, name, title: "Garden club", policy, relay, now: NOW, suite });
  if (!made.ok) throw new Error(made.error.code);
  alice.begin(made.value.room, made.value.delta);
  return { alice, log: new TestLog(made.value.creation.attachment) };
}

/** Makes an invite. Gives its secret. */
export function invite(host: Person, log: TestLog, terms: Partial<Parameters<Room["newInvite"]>[0]> = {}): Uint8Array {
  const { action, secret } = host.room.newInvite({
    ...({ for: { class: "multi", limit: 100 }, role: "member", notAfter: null, mode: "direct" } as const),
    ...terms,
  });
  const refused = host.act(log, action);
  if (refused !== null) throw new Error(refused);
  host.catchUp(log);
  return secret;
}

/** What somebody with the link sees. */
export function preview(host: Person, guest: Person, log: TestLog, secret: Uint8Array): RoomPreview {
  const link = host.room.linkOf(secret);
  for (const { blob } of host.room.slots(NOW)) {
    const slot = readSlot(guest.primitives, link, blob);
    if (!slot.ok) continue;
    const seen = previewRoom(guest.primitives, link, slot.value, log.roster);
    if (!seen.ok) throw new Error(`${seen.error.code} ${seen.error.detail ?? ""}`);
    return seen.value;
  }
  throw new Error("no slot for this link");
}

/** What somebody who asked makes of what came into their inbox. */
export function admitted({ primitives }: Person, asking: Asking, blob: Uint8Array, records: readonly Uint8Array[]) {
  const opened = readFrom(primitives.crypto, openingAdmission(primitives, asking, blob), records);
  return opened.ok ? acceptAdmission(primitives, asking, opened.value) : opened;
}

/** Lets somebody in by a direct invite, with everybody else catching up after it. */
export function join(host: Person, name: string, log: TestLog, secret: Uint8Array): Person {
  const guest = new Person(seeded(`${name} ${log.items.length} ${toHex(secret.subarray(0, 4))}`), name);
  const joining = joinRoom(guest.primitives, preview(host, guest, log, secret), {
    device: guest.device,
    name,
    now: NOW,
  });
  if (!joining.ok) throw new Error(`${joining.error.code} ${joining.error.detail ?? ""}`);
  guest.begin(joining.value.room, joining.value.delta);
  if (!log.append(joining.value.append)) throw new Error("stale");
  guest.catchUp(log);
  host.catchUp(log);
  return guest;
}
