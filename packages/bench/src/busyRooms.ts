import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import type { RelayCore, SqliteStore } from "@conclave/relay";
import { openDatabase } from "@conclave/sqlite";
import {
  decodeRelayMessage,
  encodeClientMessage,
  firstLogHead,
  type RelayFrame,
  RoomTag,
  VERSIONS,
  writeProofBytes,
} from "@conclave/wire";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envelope } from "./relayClient.js";

/** The relay that is measured: its classes, so that an older build can be measured in the same run. */
export interface MeasuredRelay {
  readonly RelayCore: typeof RelayCore;
  readonly SqliteStore: typeof SqliteStore;
}

/** What some appends cost, each. */
export interface AppendCost {
  /** µs of processor time. */
  readonly cpu: number;
  /** µs by the clock. */
  readonly wall: number;
}

const ENOUGH = { burst: 1e12, perSecond: 1e12 };
/** Keys that one connection proves: what it may remember is bounded. */
const ROOMS_OF_ONE = 1000;
/** Appends that are committed together. */
const GROUP = 64;

/** A relay's core on a database of many rooms with a history, without sockets and threads; one writer has proved all keys. */
export class BusyRooms {
  private readonly folder = mkdtempSync(join(tmpdir(), "conclave-rooms-"));
  private readonly rooms: { readonly roomTag: RoomTag; readonly seed: Uint8Array }[] = [];
  private readonly relaySeed = systemRandom(32);
  private store: SqliteStore;
  private core: RelayCore;
  private next = 0;
  private lastId = 0;

  /** Makes the rooms, each with as many messages of 300 bytes. */
  constructor(
    private readonly relay: MeasuredRelay,
    readonly count: number,
    records: number,
  ) {
    this.store = this.open();
    for (let made = 0; made < count;) {
      this.store.begin();
      for (let filled = 0; made < count && filled < 20_000; made++, filled += records) this.addRoom(records);
      this.store.commit();
    }
    this.core = this.newCore();
  }

  /** Appends a message to one room after the other, so many times in all. */
  append(times: number): AppendCost {
    const groups: Uint8Array[][] = [];
    const connections: number[] = [];
    for (let n = 0; n < times; n++) {
      if (n % GROUP === 0) groups.push([]);
      const at = (this.next = (this.next + 1) % this.count);
      connections.push(Math.floor(at / ROOMS_OF_ONE));
      groups.at(-1)!.push(encodeClientMessage([envelope(this.rooms[at]!, ++this.lastId)]));
    }
    const cpu = process.cpuUsage();
    const start = performance.now();
    let n = 0;
    for (const group of groups) {
      for (const message of group) this.core.receive(connections[n++]!, message, performance.now());
      this.committed(group.length);
    }
    const wall = (performance.now() - start) * 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: (user + system) / times, wall: wall / times };
  }

  /** Starts the relay again, and appends to some rooms, each by itself: µs by the clock of the first append of each. */
  firstAppends(rooms: number): number[] {
    this.store.close();
    this.store = this.open();
    this.core = this.newCore();
    const stride = Math.max(1, Math.floor(this.count / rooms));
    return Array.from({ length: Math.min(rooms, this.count) }, (_, room) => {
      const at = room * stride;
      const message = encodeClientMessage([envelope(this.rooms[at]!, ++this.lastId)]);
      const start = performance.now();
      this.core.receive(Math.floor(at / ROOMS_OF_ONE), message, performance.now());
      this.committed(1);
      return (performance.now() - start) * 1000;
    });
  }

  /** Deletes the database. */
  close(): void {
    this.store.close();
    rmSync(this.folder, { recursive: true });
  }

  private open(): SqliteStore {
    return new this.relay.SqliteStore(openDatabase(join(this.folder, "relay.db")));
  }

  private addRoom(records: number): void {
    const roomTag = RoomTag.of(systemRandom(32));
    const seed = systemRandom(32);
    const head = firstLogHead((bytes) => nodeCrypto.hash("sha256", bytes), roomTag);
    const own = { lineage: 0, slot: null, live: true, since: 0, until: 0 };
    const added = this.store.rooms.add({
      tag: roomTag,
      creation: head,
      begin: 0,
      epoch: 0,
      n: 0,
      lastCommit: 0,
      head,
      writeKeys: [{ key: nodeCrypto.ed25519PublicKey(seed), epoch: 0, n: 0, ...own }],
      lineage: 0,
      seenAt: 0,
      commits: 0,
      availableFrom: 1,
      messageBytes: 0,
      probationBytes: 0,
      blobBytes: 0,
      oldest: null,
      owed: 0,
      restored: 0,
    })!;
    const bytes = systemRandom(300);
    for (let n = 1; n <= records; n++) {
      const place = { n, epoch: 0, time: n, head, appendId: systemRandom(16), isOnProbation: false, parent: 0 };
      const content = { kind: "message", pruned: false, payload: bytes, attachment: new Uint8Array() } as const;
      this.store.records.add(added.no, { ...place, ...content });
    }
    this.store.rooms.save({ ...added, n: records, messageBytes: records * 300, oldest: 1 }, added);
    this.rooms.push({ roomTag, seed });
  }

  private newCore(): RelayCore {
    const { store, relaySeed } = this;
    const rates = {
      connection: ENOUGH,
      address: ENOUGH,
      room: ENOUGH,
      lastingOfRoom: ENOUGH,
      lastingOfAddress: ENOUGH,
    };
    const core = new this.relay.RelayCore({
      store,
      crypto: nodeCrypto,
      random: systemRandom,
      relaySeed,
      settings: { rates },
    });
    for (let first = 0; first < this.count; first += ROOMS_OF_ONE) {
      const connection = first / ROOMS_OF_ONE;
      core.open(connection, "bench", 0);
      core.receive(connection, encodeClientMessage([{ type: "hello", versions: VERSIONS }]), 0);
      const [welcome] = framesOf(core);
      if (welcome?.type !== "welcome") throw new Error("no welcome");
      for (const { roomTag, seed } of this.rooms.slice(first, first + ROOMS_OF_ONE)) {
        const signature = nodeCrypto.ed25519Sign(seed, writeProofBytes(welcome.challenge, roomTag, 0));
        const writeKey = nodeCrypto.ed25519PublicKey(seed);
        const prove = { type: "prove", id: ++this.lastId, roomTag, epoch: 0, writeKey, signature } as const;
        core.receive(connection, encodeClientMessage([prove]), 0);
      }
      if (framesOf(core).some(({ type }) => type !== "done")) throw new Error("a key was not proved");
    }
    return core;
  }

  private committed(appends: number): void {
    const outputs = this.core.commit();
    if (outputs.length !== appends) throw new Error(`${appends} appends, ${outputs.length} answers`);
  }
}

function framesOf(core: RelayCore): RelayFrame[] {
  return core.commit().flatMap((output) => {
    const decoded = output.kind === "send" ? decodeRelayMessage(output.bytes, 2 ** 24) : null;
    return decoded?.ok === true ? decoded.value : [];
  });
}
