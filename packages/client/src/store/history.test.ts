import { utf8Bytes } from "@conclave/codec";
import { ActionHash, LeafKey, MessageId, PersonId, RoomId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { UNAMENDED } from "./amendment.js";
import { Amendments } from "./amendments.js";
import { MemoryDisk, MemoryStorage } from "../memory/memoryStorage.js";
import { History } from "./history.js";
import type { HistoryItem, HistoryMessage } from "./historyItem.js";
import { RoomKeys } from "./homeKey.js";
import type { ProposalEnding } from "./proposalLog.js";
import { Transaction } from "./transaction.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const message = (n: number, text: string): HistoryMessage => ({
  kind: "message",
  n,
  own: false,
  message: {
    ...{
      id: MessageId.of(new Uint8Array(16).fill(n)),
      kind: "text",
      ref: null,
      body: utf8Bytes(text),
      epoch: 1,
      time: n,
      n,
    },
    ...{
      author: PersonId.of(new Uint8Array(32)),
      leaf: LeafKey.of(new Uint8Array(32)),
      name: "A",
      late: false,
      authorGone: false,
    },
  },
});

async function historyOf(
  ...items: Parameters<History["add"]>[1][]
): Promise<{ storage: MemoryStorage; history: History }> {
  const storage = new MemoryStorage(new MemoryDisk());
  const history = await History.load(storage, keys);
  const tx = new Transaction();
  for (const item of items) history.add(tx, item);
  await storage.commit(tx.writes);
  for (const effect of tx.effects) effect();
  return { storage, history };
}

describe("History", () => {
  it("never splits a place: whoever reads on from the first or the last line misses no alarm and no message", async () => {
    const alarm = (n: number, order: number) => ({ kind: "alarm", n, order }) as const;
    const items = [message(1, "a"), alarm(1, 1), alarm(1, 2), message(2, "b"), alarm(2, 3), message(3, "c")];
    const { history } = await historyOf(...items);
    for (const limit of [1, 2, 3, 4, 5, 6, 7]) {
      const back: HistoryItem[] = [];
      for (let page = await history.page({ limit }); page.length > 0;) {
        back.unshift(...page);
        page = await history.page({ limit, before: page[0]!.n });
      }
      const forth: HistoryItem[] = [];
      for (let page = await history.page({ limit, after: 0 }); page.length > 0;) {
        forth.push(...page);
        page = await history.page({ limit, after: page.at(-1)!.n });
      }
      expect(back, `back by ${String(limit)}`).toEqual(items);
      expect(forth, `forth by ${String(limit)}`).toEqual(items);
    }
  });

  it("RULE history.gaps-bounded: records in a row that cannot be shown are one line for each reason, with a count", async () => {
    const { storage, history } = await historyOf(message(1, "a"));
    const tx = new Transaction();
    for (let n = 2; n < 10_002; n++) history.addGap(tx, n, n % 2 === 0 ? "pruned" : "epoch_gone");
    history.add(tx, message(10_002, "b"));
    expect(history.addGap(tx, 10_003, "pruned")).toEqual({
      kind: "unreadable",
      n: 10_003,
      reason: "pruned",
      count: 1,
    });
    await storage.commit(tx.writes);
    expect(await history.page()).toEqual([
      message(1, "a"),
      { kind: "unreadable", n: 2, reason: "pruned", count: 5000 },
      { kind: "unreadable", n: 3, reason: "epoch_gone", count: 5000 },
      message(10_002, "b"),
      { kind: "unreadable", n: 10_003, reason: "pruned", count: 1 },
    ]);
  });

  it("finds what is not stored yet, with what was done to it in the same group of transactions", async () => {
    const { storage, history } = await historyOf();
    const tx = new Transaction();
    const item = message(4, "soon gone");
    history.add(tx, item);
    expect(await history.find(item.message.id)).toEqual(item);
    const deletion = { by: PersonId.of(new Uint8Array(32)), time: 1, n: 5 };
    history.amended(tx, item, { ...UNAMENDED, deletion });
    history.addAct(tx, { ...item.message, id: MessageId.of(new Uint8Array(16).fill(9)), kind: "delete", n: 5 });
    expect((await history.find(item.message.id))?.message.body).toHaveLength(0);
    expect(await history.has(MessageId.of(new Uint8Array(16).fill(9)))).toBe(true);
    expect(await history.find(MessageId.of(new Uint8Array(16).fill(9)))).toBeNull();
    expect(history.unread).toBe(0);
    await storage.commit(tx.writes);
    for (const effect of tx.effects) effect();
    expect((await history.find(item.message.id))?.message.body).toHaveLength(0);
    expect(await history.has(MessageId.of(new Uint8Array(16).fill(9)))).toBe(true);
    expect(await history.find(MessageId.of(new Uint8Array(16).fill(9)))).toBeNull();
  });

  it("does not find what is forgotten in the same group of transactions, before that is stored and after", async () => {
    const { storage, history } = await historyOf(message(1, "a secret"));
    const { id } = message(1, "").message;
    const tx = new Transaction();
    history.add(tx, message(2, "a secret"));
    for (const n of [1, 2]) history.forget(tx, n);
    const isGone = async () => {
      expect([await history.find(id), await history.at(1), await history.at(2), history.unread]).toEqual([
        null,
        null,
        null,
        0,
      ]);
      expect(await history.has(id)).toBe(true);
    };
    await isGone();
    await storage.commit(tx.writes);
    await isGone();
    for (const effect of tx.effects) effect();
    await isGone();
    expect(await history.page()).toEqual([]);
  });

  it("counts what is unread as it reads now, the same after a restart", async () => {
    const { storage, history } = await historyOf(message(1, "hello"), message(2, "hello"), message(3, "you"));
    const amendments = new Amendments(storage, keys);
    const tx = new Transaction();
    const edit = { body: utf8Bytes("hello you"), time: 1, n: 4 };
    const change = (item: HistoryMessage, amendment: Parameters<typeof history.amended>[2]) => {
      amendments.put(tx, item.n, amendment);
      history.amended(tx, item, amendment);
    };
    await history.countUnread(amendments, (text) => text.includes("you"));
    expect([history.unread, history.mentions, history.firstUnread]).toEqual([3, 1, 1]);
    change(message(2, "hello"), { ...UNAMENDED, edit });
    change(message(1, "hello"), { ...UNAMENDED, deletion: { by: PersonId.of(new Uint8Array(32)), time: 1, n: 5 } });
    expect([history.unread, history.mentions, history.firstUnread]).toEqual([2, 2, 2]);
    await storage.commit(tx.writes);
    const again = await History.load(storage, keys);
    await again.countUnread(new Amendments(storage, keys), (text) => text.includes("you"));
    expect([again.unread, again.mentions, again.firstUnread]).toEqual([2, 2, 2]);
    again.markRead(new Transaction(), 2);
    expect([again.unread, again.mentions, again.firstUnread]).toEqual([1, 1, 3]);
  });

  it("counts what was not read, of others, and what of it names us, as it reads now; what is marked as read counts no more", async () => {
    const { storage, history } = await historyOf(message(1, "hello"), { ...message(2, "@us mine"), own: true });
    expect([history.unread, history.mentions, history.firstUnread]).toEqual([1, 0, 1]);
    const later = await History.load(storage, keys);
    const tx = new Transaction();
    await later.countUnread(new Amendments(storage, keys), (text) => text.includes("@us"));
    expect([later.unread, later.mentions, later.firstUnread]).toEqual([1, 0, 1]);
    later.add(tx, message(3, "@us three"));
    later.add(tx, message(4, "@us four"));
    expect([later.unread, later.mentions]).toEqual([3, 2]);
    const edit = { body: utf8Bytes("nobody"), time: 1, n: 5 };
    later.amended(tx, message(3, "@us three"), { ...UNAMENDED, edit });
    expect([later.unread, later.mentions]).toEqual([3, 1]);
    later.amended(tx, message(4, "@us four"), {
      ...UNAMENDED,
      deletion: { by: message(4, "").message.author, time: 1, n: 6 },
    });
    expect([later.unread, later.mentions]).toEqual([2, 0]);
    later.markRead(tx, 1);
    expect([later.unread, later.firstUnread]).toEqual([1, 3]);
    later.markRead(tx, 3);
    expect([later.unread, later.firstUnread]).toEqual([0, null]);
    later.add(tx, message(3, "again"));
    expect(later.unread).toBe(0);
    await storage.commit(tx.writes);
    for (const effect of tx.effects) effect();
    expect((await later.find(message(4, "").message.id))?.message.body).toHaveLength(0);
    const last = await History.load(storage, keys);
    await last.countUnread(new Amendments(storage, keys), () => true);
    // Kept over a restart: what was taken back is told apart by its record.
    expect(last.firstUnread).toBe(4);
  });

  it("finds a message by its id and its place, before it is stored and after; and nothing that is not there", async () => {
    const storage = new MemoryStorage(new MemoryDisk());
    const history = await History.load(storage, keys);
    const tx = new Transaction();
    const one = message(1, "one");
    history.add(tx, one);
    const act = { ...message(2, "").message, kind: "edit" };
    history.addAct(tx, act);
    const seen = async () => [
      await history.find(one.message.id),
      await history.at(1),
      await history.has(one.message.id),
      await history.has(act.id),
      await history.find(act.id),
      await history.has(message(9, "").message.id),
      await history.find(message(9, "").message.id),
      await history.at(9),
    ];
    const wanted = [one, one, true, true, null, false, null, null];
    expect(await seen()).toEqual(wanted);
    await storage.commit(tx.writes);
    for (const effect of tx.effects) effect();
    expect(await seen()).toEqual(wanted);
  });

  it("gives a hundred where nobody says how many: the newest, or those from a place on; and those between two places", async () => {
    const items = Array.from({ length: 130 }, (_, at) => message(at + 1, "x"));
    const { history } = await historyOf(...items);
    expect(await history.page()).toEqual(items.slice(30));
    expect(await history.page({ before: 121 })).toEqual(items.slice(20, 120));
    expect(await history.page({ after: 5 })).toEqual(items.slice(5, 105));
    expect(await history.page({ after: 5, before: 9 })).toEqual(items.slice(5, 8));
    expect(await history.page({ after: 130 })).toEqual([]);
    expect(await history.page({ before: 1, limit: 5 })).toEqual([]);
  });

  it("has what was done last, though an earlier change to it is only now on the disk", async () => {
    const { storage, history } = await historyOf();
    const [first, second] = [new Transaction(), new Transaction()];
    const item = message(4, "soon gone");
    history.add(first, item);
    history.amended(second, item, { ...UNAMENDED, deletion: { by: item.message.author, time: 1, n: 5 } });
    await storage.commit(first.writes);
    for (const effect of first.effects) effect();
    expect((await history.find(item.message.id))?.message.body).toHaveLength(0);
    await storage.commit(second.writes);
    for (const effect of second.effects) effect();
    expect((await history.find(item.message.id))?.message.body).toHaveLength(0);
    // What was taken back once is not written again.
    const third = new Transaction();
    const emptied = (await history.find(item.message.id))!;
    history.amended(third, emptied, { ...UNAMENDED, deletion: { by: item.message.author, time: 1, n: 6 } });
    expect(third.writes).toEqual([]);
  });

  it("finds nothing by an id whose place has another line, and none where something else is", async () => {
    const { storage, history } = await historyOf(message(1, "one"), { kind: "decision", n: 2, seq: 1 });
    const tx = new Transaction();
    const other = { ...message(2, "").message, id: MessageId.of(new Uint8Array(16).fill(77)) };
    history.addAct(tx, other);
    history.addAct(tx, { ...other, id: MessageId.of(new Uint8Array(16).fill(78)), n: 1 });
    await storage.commit(tx.writes);
    for (const effect of tx.effects) effect();
    for (const fill of [77, 78]) {
      const id = MessageId.of(new Uint8Array(16).fill(fill));
      expect([await history.has(id), await history.find(id)]).toEqual([true, null]);
    }
  });

  it("counts ten thousand unread and no more, also after a restart; what only a text says names nobody by another kind", async () => {
    const { storage, history } = await historyOf();
    const tx = new Transaction();
    for (let n = 1; n <= 10_003; n++) history.add(tx, message(n, "hello"));
    expect([history.unread, history.firstUnread]).toEqual([10_000, 1]);
    await storage.commit(tx.writes);
    for (const effect of tx.effects) effect();
    const again = await History.load(storage, keys);
    expect([again.unread, again.mentions, again.firstUnread]).toEqual([0, 0, null]);
    await again.countUnread(new Amendments(storage, keys), (text) => text === "hello");
    expect([again.unread, again.mentions]).toEqual([10_000, 10_000]);
    // One that counts already is counted as it reads now, though no more are counted.
    const change = new Transaction();
    again.amended(change, message(7, "hello"), { ...UNAMENDED, edit: { body: utf8Bytes("bye"), time: 1, n: 5 } });
    expect([again.unread, again.mentions]).toEqual([10_000, 9999]);
    again.markRead(change, 10_003);
    const file = message(10_004, "hello");
    again.add(change, { ...file, message: { ...file.message, kind: "file" } });
    expect([again.unread, again.mentions]).toEqual([1, 0]);
  });

  it("keeps a proposal's line with what became of it, and without where nothing has", async () => {
    const proposal = (n: number, ending: ProposalEnding | null) => ({
      ...({ kind: "proposal", n } as const),
      proposal: {
        ...{ n, action: { type: "seal" } as const, actionHash: ActionHash.of(new Uint8Array(32).fill(n)) },
        ...{ by: PersonId.of(new Uint8Array(32)), time: n, ending },
      },
    });
    const items = [null, "done", "withdrawn", "void", "displaced"] as const;
    const lines = items.map((ending, at) => proposal(at + 1, ending));
    const { history } = await historyOf(...lines);
    expect(await history.page()).toEqual(lines);
  });
});
