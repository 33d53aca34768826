import { utf8Bytes } from "@conclave/codec";
import { MessageId, MessageNonce, RoomId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { RoomKeys } from "./homeKey.js";
import { Outbox } from "./outbox.js";
import { Transaction } from "./transaction.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const content = (text: string) => ({
  id: MessageId.of(utf8Bytes(text.padEnd(16))),
  nonce: MessageNonce.of(utf8Bytes(text.padEnd(16))),
  kind: "text",
  ref: null,
  body: utf8Bytes(text),
});
const texts = (outbox: Outbox) => outbox.all.map((entry) => new TextDecoder().decode(entry.content.body));

describe("what waits to be sent", () => {
  it("after a restart in the midst of sending, a new message takes no stored one's place", async () => {
    const storage = new MemoryStorage();
    const load = async () => new Outbox(keys, await storage.range({ prefix: keys.outbox }));
    const change = async (work: (tx: Transaction) => void) => {
      const tx = new Transaction();
      work(tx);
      await storage.commit(tx.writes);
    };
    const outbox = await load();
    await change((tx) => {
      for (const text of ["one", "two", "three"]) outbox.add(tx, content(text), 1);
    });
    // The log shows the first two; then the process ends.
    await change((tx) => {
      for (const entry of outbox.all.slice(0, 2)) outbox.remove(tx, entry);
    });
    for (const text of ["four", "five"]) {
      const again = await load();
      await change((tx) => void again.add(tx, content(text), 2));
    }
    expect(texts(await load())).toEqual(["three", "four", "five"]);
  });

  it("is shown in its order, also while some of it is just leaving; what a person did not write is not shown", async () => {
    const storage = new MemoryStorage();
    const outbox = new Outbox(keys, []);
    const first = new Transaction();
    for (const text of ["one", "two", "three", "four"]) outbox.add(first, content(text), 1);
    const { content: three } = outbox.all[2]!;
    outbox.add(first, { ...content("beat"), kind: "beat", body: new Uint8Array(0) }, 2);
    outbox.add(first, { ...content("edit"), kind: "edit", ref: three.id }, 3);
    expect(outbox.all.map((entry) => outbox.isStored(entry))).toEqual([false, false, false, false, false, false]);
    await storage.commit(first.writes);
    for (const effect of first.effects) effect();
    expect(outbox.all.map((entry) => outbox.isStored(entry))).toEqual([true, true, true, true, true, true]);
    const bodies = (entries: Outbox["all"]) => entries.map((entry) => new TextDecoder().decode(entry.content.body));
    expect(bodies(outbox.visible)).toEqual(["one", "two", "three", "four", "edit"]);
    expect(bodies(outbox.acts)).toEqual(["edit"]);
    const second = new Transaction();
    for (const at of [2, 1]) outbox.remove(second, outbox.all[at]!);
    expect(bodies(outbox.lines)).toEqual(["one", "two", "three", "four"]);
    expect([outbox.size, outbox.find(three.id)]).toEqual([4, undefined]);
    for (const effect of second.effects) effect();
    expect(bodies(outbox.lines)).toEqual(["one", "four"]);
    expect(outbox.find(content("one").id)?.order).toBe(1);
  });

  it("is shown until what took it out is stored, each for itself", () => {
    const outbox = new Outbox(keys, []);
    const made = new Transaction();
    for (const text of ["one", "two", "three"]) outbox.add(made, content(text), 1);
    const [one, two] = outbox.all;
    const [first, second] = [new Transaction(), new Transaction()];
    outbox.remove(first, one!);
    outbox.remove(second, two!);
    const lines = () => outbox.lines.map((entry) => new TextDecoder().decode(entry.content.body));
    expect(lines()).toEqual(["one", "two", "three"]);
    for (const effect of second.effects) effect();
    expect(lines()).toEqual(["one", "three"]);
    for (const effect of first.effects) effect();
    expect(lines()).toEqual(["three"]);
  });
});
