import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { decodeClientMessage, DEFAULT_LIMITS, type ClientFrame, type RoomTag } from "@conclave/wire";
import { RelayCore } from "../core/relayCore.js";
import { ScriptedClient } from "../core/scriptedClient.js";
import { Verdicts } from "./proofThread.js";
import { SharedGroups } from "./sharedGroups.js";
import type { SharedMemory } from "./sharedMemory.js";

const relaySeed = systemRandom(32);

/** For tests: a relay on a store that others may share. What its clients send is carried out with `flush`. */
export class SharedRelay {
  readonly closed = new Map<number, number>();
  readonly away: boolean[] = [];
  readonly refused: unknown[] = [];
  now = 1000;
  private readonly clients = new Map<number, ScriptedClient>();
  private readonly verdicts = new Verdicts((...check) => nodeCrypto.ed25519Verify(...check));
  private readonly core = new RelayCore({
    store: null,
    crypto: { ...nodeCrypto, ed25519Verify: this.verdicts.verify },
    random: systemRandom,
    relaySeed,
  });
  readonly groups: SharedGroups;

  constructor(readonly store: SharedMemory) {
    this.groups = new SharedGroups({
      core: this.core,
      store,
      verdicts: this.verdicts,
      release: (outputs) => {
        for (const output of outputs) {
          if (output.kind === "send") this.clients.get(output.connection)?.receive(output.bytes);
          else if (output.kind === "close") this.closed.set(output.connection, output.code);
          else if (output.kind === "push")
            for (const connection of output.connections) this.clients.get(connection)?.receive(output.bytes);
        }
      },
      onAway: (isAway) => this.away.push(isAway),
      onRefused: (error) => this.refused.push(error),
      now: () => this.now,
    });
  }

  async connect(): Promise<{ connection: number; client: ScriptedClient }> {
    const connection = this.clients.size + 1;
    const client = new ScriptedClient((message) => {
      const decoded = decodeClientMessage(message, DEFAULT_LIMITS);
      if (decoded.ok) for (const frame of decoded.value) this.take(connection, frame);
    });
    this.clients.set(connection, client);
    this.core.open(connection, "address", this.now);
    const welcomed = client.hello();
    await this.groups.flush();
    await welcomed;
    return { connection, client };
  }

  missed(): void {
    this.core.news.anyChanged();
  }

  /** A connection that says nothing. */
  open(connection: number): void {
    this.core.open(connection, "address", this.now);
  }

  tick(): void {
    this.core.tick(this.now);
  }

  /** Reads on in the rooms that have subscribers here, as after a hint from another relay. */
  async readOn(): Promise<void> {
    for (const { roomTag, n } of [...this.core.news.places]) {
      const { records, rooms } = this.store.content;
      const row = rooms.get(roomTag);
      if (row === null || row.n === n) continue;
      const items = records.page(row.no, n + 1, { items: 3, bytes: 1e9 });
      this.core.news.arrived(
        roomTag,
        items.map(({ n: at, kind, epoch, time, payload, attachment }) => {
          return { n: at, kind, epoch, time, pruned: false, payload, attachment };
        }),
      );
    }
    await this.groups.flush();
  }

  heard(roomTag: RoomTag, n: number): void {
    this.core.news.heard(roomTag, n);
  }

  private take(connection: number, frame: ClientFrame): void {
    if (!this.core.admit(connection, frame, this.now)) return;
    if (frame.type === "hello") this.core.carryOut(connection, frame, this.now);
    else this.groups.add({ connection, frame, verdict: null });
  }
}
