import { orderedKey, type Storage, type Write } from "../ports/storage.js";
import { demand, rejects, type ConformanceCase } from "./conformance.js";

/** What the storage suite needs of a driver. Each case is given a new, empty home. */
export interface StorageSubject {
  /** Opens the home of this case; called again after `close`, it finds what was committed. */
  readonly open: () => Promise<Storage>;
}

const text = (value: string) => new TextEncoder().encode(value);
const put = (key: string, value = key): Write => ({ put: key, value: text(value) });
const keys = async (storage: Storage, range: Parameters<Storage["range"]>[0]) =>
  (await storage.range(range)).map((record) => record.key).join(" ");

/** What every {@link Storage} driver must do. Run each case on a new, empty home. */
export const storageConformance: readonly ConformanceCase<StorageSubject>[] = [
  {
    title: "gives back what was put, null for what was not, and the last of several puts",
    async run({ open }) {
      const storage = await open();
      await storage.commit([put("a", "1"), put("b", "2"), put("a", "3"), { put: "empty", value: new Uint8Array() }]);
      demand(new TextDecoder().decode((await storage.get("a"))!) === "3", "the last put wins");
      demand((await storage.get("empty"))?.length === 0, "an empty value is a value");
      demand((await storage.get("c")) === null, "an absent record is null");
      await storage.close();
    },
  },
  {
    title: "keeps every byte value, and a value of a megabyte",
    async run({ open }) {
      const storage = await open();
      const bytes = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 7 + (i >> 8)) & 255);
      await storage.commit([{ put: "big", value: bytes }]);
      const back = (await storage.get("big"))!;
      demand(back.length === bytes.length && back.every((byte, i) => byte === bytes[i]), "bytes are unchanged");
      demand(Object.getPrototypeOf(back) === Uint8Array.prototype, "a value is a plain Uint8Array");
      await storage.close();
    },
  },
  {
    title: "copies on the way in and on the way out",
    async run({ open }) {
      const storage = await open();
      const whole = text("xhellox");
      const committed = storage.commit([{ put: "a", value: whole.subarray(1, 6) }]);
      whole.fill(0);
      await committed;
      const first = (await storage.get("a"))!;
      demand(new TextDecoder().decode(first) === "hello", "a value is taken when commit is called");
      first.fill(0);
      demand(new TextDecoder().decode((await storage.get("a"))!) === "hello", "a reader owns what it reads");
      await storage.close();
    },
  },
  {
    title: "reads ranges in key order, by prefix, bounds, limit and direction",
    async run({ open }) {
      const storage = await open();
      await storage.commit(["b/3", "a", "b/1", "c", "b/2", "b", "b0", "b/~", "b/ "].map((key) => put(key)));
      demand((await keys(storage, { prefix: "b/" })) === "b/  b/1 b/2 b/3 b/~", "a prefix, in order");
      demand((await keys(storage, { prefix: "b/", after: "b/1" })) === "b/2 b/3 b/~", "after is exclusive");
      demand((await keys(storage, { prefix: "b/", after: "b/1x" })) === "b/2 b/3 b/~", "after need not exist");
      demand((await keys(storage, { prefix: "b/", before: "b/3" })) === "b/  b/1 b/2", "before is exclusive");
      demand((await keys(storage, { prefix: "b/", limit: 2 })) === "b/  b/1", "a limit counts from the front");
      demand((await keys(storage, { prefix: "b/", reverse: true, limit: 2 })) === "b/~ b/3", "reverse, then limit");
      demand(
        (await keys(storage, { prefix: "b/", reverse: true, before: "b/3", limit: 1 })) === "b/2",
        "reverse before",
      );
      demand(
        (await keys(storage, { prefix: "b/", after: "a", before: "zz" })).split(" ").length === 6,
        "bounds outside",
      );
      demand((await keys(storage, { prefix: "b/", after: "b/3", before: "b/2" })) === "", "an empty interval");
      demand((await keys(storage, { prefix: "d" })) === "", "nothing there");
      demand((await keys(storage, { prefix: "b/", limit: 0 })) === "", "a limit of zero");
      await storage.close();
    },
  },
  {
    title: "orders numbers in keys by their value",
    async run({ open }) {
      const storage = await open();
      const numbers = [0, 1, 9, 10, 255, 256, 65_536, 2 ** 32, Number.MAX_SAFE_INTEGER];
      await storage.commit([...numbers].reverse().map((n) => put(`n/${orderedKey(n)}`, String(n))));
      const found = await storage.range({ prefix: "n/" });
      demand(found.map((r) => new TextDecoder().decode(r.value)).join() === numbers.join(), "numeric order");
      await storage.close();
    },
  },
  {
    title: "deletes records and prefixes, and applies the writes of a commit in order",
    async run({ open }) {
      const storage = await open();
      await storage.commit([put("a/1"), put("a/2"), put("ab"), put("b")]);
      await storage.commit([{ clear: "a/" }, put("a/3"), { delete: "b" }, put("b"), { delete: "absent" }]);
      demand((await keys(storage, { prefix: "a" })) === "a/3 ab", "clear takes the prefix and nothing else");
      demand((await storage.get("b")) !== null, "a put after a delete stays");
      await storage.close();
    },
  },
  {
    title: "RULE storage.durable: finds after reopening what was committed",
    async run({ open }) {
      const first = await open();
      await first.commit([put("a"), put("b")]);
      await first.commit([{ delete: "a" }, put("c")]);
      await first.close();
      const second = await open();
      demand((await second.range({ prefix: "b" })).length === 1, "a commit survives closing");
      demand((await second.get("a")) === null && (await second.get("c")) !== null, "so do deletes");
      await second.close();
    },
  },
  {
    title: "RULE storage.atomic: a commit that cannot be done leaves nothing behind",
    async run({ open }) {
      const storage = await open();
      await storage.commit([put("a", "old")]);
      const broken = [put("a", "new"), { clear: "a" }, put("b"), put("\u00e9")] satisfies Write[];
      demand(await rejects(async () => storage.commit(broken)), "an invalid key is refused");
      demand(await rejects(async () => storage.commit([put("")])), "an empty key is refused");
      demand(new TextDecoder().decode((await storage.get("a"))!) === "old", "nothing of it was applied");
      demand((await storage.get("b")) === null, "nothing of it was added");
      await storage.close();
    },
  },
  {
    title: "applies commits in the order of their calls, and a later read sees an earlier commit",
    async run({ open }) {
      const storage = await open();
      const commits = Array.from({ length: 50 }, (_, i) =>
        storage.commit([put("last", String(i)), put(`k/${orderedKey(i)}`)]),
      );
      const read = storage.get("last");
      await Promise.all(commits);
      demand(new TextDecoder().decode((await read)!) === "49", "reads follow commits");
      demand((await storage.range({ prefix: "k/" })).length === 50, "all are there");
      await storage.close();
    },
  },
  {
    title: "refuses to work once closed",
    async run({ open }) {
      const storage = await open();
      await storage.close();
      demand(await rejects(async () => storage.commit([put("a")])), "commit after close");
      demand(await rejects(async () => storage.get("a")), "get after close");
      const again = await open();
      demand((await again.get("a")) === null, "nothing was written");
      await again.close();
    },
  },
];
