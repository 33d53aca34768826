import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { utf8Bytes } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { StateTable } from "./stateTable.js";

const records = Array.from({ length: 200 }, (_, at) => [`r/${String(at)}`, utf8Bytes(`value ${String(at)}`)] as const);
const rootOf = (table: StateTable) => table.root(crypto, utf8Bytes("meta"));
const oneByOne = (from: StateTable, changes: readonly (readonly [string, Uint8Array | null])[]) =>
  changes.reduce((table, change) => table.with(crypto, new Map([change])), from);

describe("the digest of a roster's records", () => {
  const whole = StateTable.empty.with(crypto, new Map(records));

  it("is the same whether they came at once, one by one, or in another order", () => {
    const expected = rootOf(whole);
    expect(rootOf(oneByOne(StateTable.empty, records))).toEqual(expected);
    expect(rootOf(oneByOne(StateTable.empty, records.toReversed()))).toEqual(expected);
    expect(rootOf(StateTable.empty.with(crypto, new Map(records.toReversed())))).toEqual(expected);
  });

  it("forgets what was deleted or replaced, and holds each record", () => {
    const half = records.filter((_, at) => at % 2 === 0);
    const gone = records.filter((_, at) => at % 2 === 1).map(([key]) => [key, null] as const);
    const expected = rootOf(StateTable.empty.with(crypto, new Map(half)));
    expect(rootOf(whole.with(crypto, new Map(gone)))).toEqual(expected);
    expect(rootOf(oneByOne(whole, gone))).toEqual(expected);
    const changed = records.map(([key]) => [key, utf8Bytes("other")] as const);
    expect(rootOf(whole.with(crypto, new Map(changed)))).toEqual(
      rootOf(StateTable.empty.with(crypto, new Map(changed))),
    );
    const none = records.map(([key]) => [key, null] as const);
    expect(rootOf(whole.with(crypto, new Map(none)))).toEqual(rootOf(StateTable.empty));
    for (const [key] of records.slice(0, 20))
      expect(rootOf(whole.with(crypto, new Map([[key, utf8Bytes("other")]])))).not.toEqual(rootOf(whole));
  });
});
