import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import { inOneTransaction } from "../transaction.js";
import { decodeSlots, encodeSlots } from "./slot.js";
import type { Volume } from "./volume.js";

interface Schema extends DBSchema {
  entries: { key: string; value: unknown };
}

/** What a home's vault holds: which volume is in use, which one was being made when the browser stopped. */
export interface VaultContent {
  readonly current: Volume | null;
  readonly making: string | null;
}

/**
 * Where a home's slots are: the database `conclave/<home>/vault`. The records of a volume are in a database of their
 * own beside it. Each change is one transaction: all of it is there or nothing, and the old slots stay until then.
 */
export class VaultStore {
  constructor(private readonly home: string) {}

  /** Whether the vault is there. Looking makes none. */
  async exists(): Promise<boolean> {
    return (await databaseNames()).includes(this.database);
  }

  /** Ids of the volumes that have records, with slots or without. */
  async volumes(): Promise<string[]> {
    const found = (await databaseNames()).filter((name) => name.startsWith(this.prefix) && name !== this.database);
    return found.map((name) => name.slice(this.prefix.length));
  }

  async read(): Promise<VaultContent> {
    return this.with(async (database) => {
      const current = textOf(await database.get("entries", "current"));
      const making = textOf(await database.get("entries", "making"));
      if (current === null) return { current, making };
      const stored = await database.get("entries", `slots/${current}`);
      const slots = stored instanceof Uint8Array ? decodeSlots(stored) : null;
      // A browser that cannot read its own key back (another machine's profile, a closed keychain) may fail here.
      const key: unknown = await database.get("entries", `device/${current}`).catch(() => null);
      const deviceKey = key instanceof CryptoKey ? key : null;
      // A device slot without its key opens nothing: it is no slot.
      const usable = (slots ?? []).filter(({ lock }) => lock.kind !== "device" || deviceKey !== null);
      return { current: { id: current, slots: usable, deviceKey }, making };
    });
  }

  /** Notes that a volume is being made, so that what is left of it is known when it is not finished. */
  async begin(id: string): Promise<void> {
    await this.change([["making", id]]);
  }

  /** Makes a finished volume the one in use. The one before keeps its slots and records. */
  async finish(volume: Volume): Promise<void> {
    await this.change([...entriesOf(volume), ["current", volume.id], ["making", null]]);
  }

  /** Puts a volume's slots in place of those it had. */
  async replace(volume: Volume): Promise<void> {
    await this.change(entriesOf(volume));
  }

  /** Deletes one volume: first its slots, so that its records cannot be read any more, then the records. */
  async drop(id: string): Promise<void> {
    const { making } = await this.read();
    const noLongerMaking = making === id ? ([["making", null]] as const) : [];
    await this.change([[`slots/${id}`, null], [`device/${id}`, null], ...noLongerMaking]);
    await deleteDB(this.records(id));
  }

  /** Deletes everything of this home, slots first. */
  async erase(): Promise<void> {
    await deleteDB(this.database);
    for (const id of await this.volumes()) await deleteDB(this.records(id));
  }

  /** The database of a volume's records. */
  records(id: string): string {
    return this.prefix + id;
  }

  private get prefix(): string {
    return `conclave/${this.home}/`;
  }

  private get database(): string {
    return `${this.prefix}vault`;
  }

  private async change(entries: readonly (readonly [string, unknown])[]): Promise<void> {
    await this.with(async (database) => {
      const transaction = database.transaction("entries", "readwrite", { durability: "strict" });
      const { store } = transaction;
      const steps = entries.map(
        ([key, value]) =>
          () =>
            value === null ? store.delete(key) : store.put(value, key),
      );
      await inOneTransaction(transaction, steps);
    });
  }

  private async with<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    const database = await openDB<Schema>(this.database, 1, {
      upgrade(created) {
        created.createObjectStore("entries");
      },
    });
    try {
      return await work(database);
    } finally {
      database.close();
    }
  }
}

function entriesOf({ id, slots, deviceKey }: Volume): [string, unknown][] {
  return [
    [`slots/${id}`, encodeSlots(slots)],
    [`device/${id}`, deviceKey],
  ];
}

async function databaseNames(): Promise<string[]> {
  return (await indexedDB.databases()).flatMap(({ name }) => (name === undefined ? [] : [name]));
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
