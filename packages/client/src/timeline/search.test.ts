import { utf8Bytes } from "@conclave/codec";
import { LeafKey, MessageId, PersonId, RoomId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { MemoryDisk, MemoryStorage } from "../memory/memoryStorage.js";
import { History } from "../store/history.js";
import { RoomKeys } from "../store/homeKey.js";
import { Transaction } from "../store/transaction.js";
import { Amendments } from "../store/amendments.js";
import { roomTexts } from "./roomSearch.js";
import { SearchIndex, type SearchLine } from "./searchIndex.js";
import { phrasesOf, searchable } from "./searchText.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const WORDS = "garden seeds water tomorrow meeting Käsekuchen spade compost bees honey winter tools shed fence".split(
  " ",
);

/** A disk with so many texts of about 70 letters. */
async function filled(count: number): Promise<MemoryStorage> {
  const storage = new MemoryStorage(new MemoryDisk());
  const history = await History.load(storage, keys);
  for (let n = 1; n <= count;) {
    const tx = new Transaction();
    for (const end = Math.min(count, n + 999); n <= end; n++) {
      const words = Array.from({ length: 10 }, (_, at) => WORDS[(n * 7 + at * 3) % WORDS.length]);
      const id = MessageId.of(Uint8Array.from({ length: 16 }, (_, at) => (n >> (8 * (at % 4))) & 255));
      const message = {
        ...{ id, kind: "text", ref: null, body: utf8Bytes(`${words.join(" ")} number${String(n)}`), epoch: 1 },
        ...{
          author: PersonId.of(new Uint8Array(32)),
          leaf: LeafKey.of(new Uint8Array(32)),
          name: "A",
          time: n,
          n,
          late: false,
          authorGone: false,
        },
      };
      history.add(tx, { kind: "message", n, own: true, message });
    }
    await storage.commit(tx.writes);
    for (const effect of tx.effects) effect();
  }
  return storage;
}

async function indexOf(storage: MemoryStorage, pause: () => Promise<void>): Promise<SearchIndex> {
  const history = await History.load(storage, keys);
  const ports = { clock: { setTimer: (_: number, fire: () => void) => void pause().then(fire) } };
  return new SearchIndex(roomTexts({ history, amendments: new Amendments(storage, keys), ports } as never));
}

const task = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("what is searched in", () => {
  it("has neither case nor accents, in any script", () => {
    expect(searchable("Žluťoučký KŮŇ, ﬁne: Straße Łódź!")).toBe(" zlutoucky kun fine strasse lodz");
    expect(searchable("İstanbul ΟΔΟΣ")).toBe(" istanbul οδοσ");
    expect(phrasesOf("  Käse  don't ")).toEqual([" kase", " don t"]);
    expect(phrasesOf("!? …")).toEqual([]);
    expect(searchable("今日は世界").includes(phrasesOf("世界")[0]!)).toBe(true);
    expect(searchable("今日は世間").includes(phrasesOf("世界")[0]!)).toBe(false);
    expect(phrasesOf("x ".repeat(10_000))).toEqual([" x"]);
  });
});

/** CPU time since then (ms): how busy the machine is otherwise does not matter. */
const worked = (since: NodeJS.CpuUsage): number => process.cpuUsage(since).user / 1000;

describe("SearchIndex", () => {
  it("finds by the beginnings of words, newest first, and follows what changes while it is read", async () => {
    const pages: SearchLine[][] = [
      [{ n: 4, time: 4, text: "apple pie" }],
      [
        { n: 2, time: 2, text: "apple tart" },
        { n: 1, time: 1, text: "pineapple" },
      ],
    ];
    const index: SearchIndex = new SearchIndex({
      pause: () => Promise.resolve(),
      read: (before) => {
        // Meanwhile one is changed that is not read yet, one is taken back that was, and a new one comes.
        if (before !== undefined) {
          index.put({ n: 2, time: 2, text: "cherry tart" });
          index.put({ n: 4, time: 4, text: "" });
          index.put({ n: 5, time: 5, text: "Apples" });
        }
        return Promise.resolve({ lines: pages[before === undefined ? 0 : 1]!, next: before === undefined ? 4 : null });
      },
    });
    expect((await index.find("app")).map(({ n }) => n)).toEqual([5]);
    expect((await index.find("tart")).map(({ n }) => n)).toEqual([2]);
    expect(await index.find("apple")).toHaveLength(1);
    expect(await index.find(" ")).toEqual([]);
  });

  it("20,000 texts: found in less than 100 ms; reading them never holds the thread for long", async () => {
    const storage = await filled(20_000);
    let longest = 0;
    let before = process.cpuUsage();
    const index = await indexOf(storage, async () => {
      longest = Math.max(longest, worked(before));
      await task();
      before = process.cpuUsage();
    });
    await index.find("number12345");
    const times: number[] = [];
    for (const query of ["number19999", "kase bee", "nothing like it", "g", "number1"]) {
      const start = process.cpuUsage();
      await index.find(query);
      times.push(worked(start));
    }
    expect((await index.find("number19999")).map(({ n }) => n)).toEqual([19_999]);
    expect(Math.max(...times)).toBeLessThan(100);
    // Under 20 ms on a quiet machine, and half a second without the pauses.
    expect(longest).toBeLessThan(150);
  });
});
