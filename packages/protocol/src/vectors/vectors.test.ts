import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { webCrypto } from "@conclave/crypto/web";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { verdict } from "../roster/chain.fixture.js";
import { decodeEntry } from "../roster/entry.js";
import { FIRST_VERSION } from "../roster/version.js";
import { type Carriage, evaluate } from "../roster/evaluate.js";
import { replay } from "../roster/replay.js";
import type { Roster } from "../roster/roster.js";
import { allVectors } from "./vectors.fixture.js";

const folder = path.resolve(import.meta.dirname, "../../vectors");
const write = process.env["CONCLAVE_WRITE_VECTORS"] === "1";

interface Entries {
  entries: { entry: string; hash: string; carriage: ToldCarriage; after: { stateHash: string } }[];
  refused: { what: string; afterSeq: number; entry: string; carriage: ToldCarriage; code: string }[];
}
interface ToldCarriage {
  epoch: number;
  transcript: string;
  committer: string;
  external: boolean;
}

describe("vectors", () => {
  if (write)
    it("are written", async () => {
      mkdirSync(folder, { recursive: true });
      for (const [name, vectors] of Object.entries(allVectors(nodeCrypto)))
        writeFileSync(
          path.join(folder, `${name}.json`),
          await format(JSON.stringify(vectors), { parser: "json", printWidth: 120 }),
        );
    });

  for (const crypto of [nodeCrypto, webCrypto])
    it(`are what the code makes, with ${crypto.name}: any change of the bytes shows here`, () => {
      const all = allVectors(crypto);
      expect(
        Object.keys(all)
          .map((name) => `${name}.json`)
          .sort(),
      ).toEqual(
        readdirSync(folder)
          .filter((file) => file.endsWith(".json"))
          .sort(),
      );
      for (const [name, vectors] of Object.entries(all))
        expect({ name, vectors: JSON.parse(JSON.stringify(vectors)) as unknown }).toEqual({
          name,
          vectors: read(name),
        });
    });

  it("hold from the files alone: every entry is allowed, every refused one refused for its reason", () => {
    const { entries, refused } = read("entries") as Entries;
    const rosters: Roster[] = [];
    for (const { entry, hash, carriage, after } of entries) {
      const decoded = decodeEntry(nodeCrypto, fromHex(entry), rosters.at(-1)?.version ?? FIRST_VERSION);
      const outcome = decoded.ok
        ? evaluate(nodeCrypto, rosters.at(-1) ?? null, decoded.value, carriageOf(carriage))
        : null;
      expect(outcome !== null && verdict(outcome)).toBe("ok");
      if (outcome?.ok !== true) return;
      rosters.push(outcome.value.roster);
      expect([outcome.value.entry.hash, outcome.value.roster.stateHash]).toEqual([
        fromHex(hash),
        fromHex(after.stateHash),
      ]);
    }
    for (const { what, afterSeq, entry, carriage, code } of refused) {
      const decoded = decodeEntry(nodeCrypto, fromHex(entry), rosters[afterSeq]!.version);
      if (!decoded.ok) throw new Error(what);
      expect([what, verdict(evaluate(nodeCrypto, rosters[afterSeq]!, decoded.value, carriageOf(carriage)))]).toEqual([
        what,
        code,
      ]);
    }
    const chain = entries.map((each) => fromHex(each.entry));
    expect(verdict(replay(nodeCrypto, chain.slice(0, -1), rosters[0]!.roomId))).toBe("ok");
    // The newest moves the room to a version that this app does not know.
    expect(verdict(replay(nodeCrypto, chain, rosters[0]!.roomId))).toBe("update_needed");
  });
});

function carriageOf({ epoch, transcript, committer, external }: ToldCarriage): Carriage {
  return { epoch, transcript: fromHex(transcript), committer: fromHex(committer), external };
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8"));
}
