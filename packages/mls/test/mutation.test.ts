import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DecodeError, toHex, Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { afterAll, describe, expect, it } from "vitest";
import { CipherSuite, type CipherSuiteId } from "../src/cipherSuite.js";
import { type Group, MlsError } from "../src/index.js";
import { RatchetTree } from "../src/ratchetTree.js";
import { HostileInputs } from "./hostileInputs.js";
import { inside, recordsOf } from "./hostileMember.js";
import { Dice } from "./mutator.js";

const isLong = process.env["CONCLAVE_LONG"] === "1";
/** Inputs in all, by suite. */
const INPUTS: readonly (readonly [CipherSuiteId, number])[] = isLong
  ? [
      [0x0001, 80_000],
      [0x0003, 15_000],
      [0x004d, 5_000],
    ]
  : [
      [0x0001, 2_000],
      [0x0003, 400],
      [0x004d, 200],
    ];
const PER_GROUP = isLong ? 2_000 : 400;
const SIZES = [2, 3, 4, 5, 8, 9, 17, 33, 50];
/** Of the processor's time, for one input: far more than any needs, however busy the machine is. */
const MOST_MS = 2_000;
const MOST_HEAP_GROWTH = 64 * 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** All that a group has, in memory and for its store. */
function fingerprint(group: Group): string {
  const { proposals, past, updateKeys } = inside(group);
  const writer = new Writer(4096);
  for (const [key, value] of recordsOf(group)) writer.opaque(new TextEncoder().encode(key)).opaque(value);
  const counts = [proposals.size, past.size, updateKeys.size].join();
  return `${toHex(nodeCrypto.hash("sha256", writer.finish()))} ${counts}`;
}

/** The hash of a tree that is read again: nothing that was kept can be wrong in it. */
const freshHash = (group: Group, suite: CipherSuite) =>
  toHex(RatchetTree.decode(group.view.ratchetTree()).treeHash(suite));

const outcomes = new Map<string, number>();
function count(kind: string, outcome: string): void {
  const name = `${kind}: ${outcome}`;
  outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
}

/** Runs it: what is refused is refused with a typed error, and soon. */
function expectTyped(kind: string, run: () => unknown): void {
  const before = process.cpuUsage();
  try {
    const result = run() as { ok?: boolean; error?: unknown } | undefined;
    if (result?.ok === false) throw result.error;
    count(kind, "taken");
  } catch (error) {
    if (!(error instanceof MlsError) && !(error instanceof DecodeError)) throw error;
    count(kind, error instanceof MlsError ? error.code : "not decoded");
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, kind).toBeLessThan(MOST_MS);
}

/** So many inputs for one group, which is as it was afterwards, and goes on. */
function attack(dice: Dice, suiteId: CipherSuiteId, inputs: number): void {
  const suite = CipherSuite.of(suiteId, nodeCrypto);
  const world = new HostileInputs(dice, suiteId, dice.pick(SIZES));
  const before = world.victims.map(fingerprint);
  for (let done = 0; done < inputs;) {
    const input = world.next();
    if (input === null) continue;
    expectTyped(input.kind, input.run);
    done++;
  }
  expect(world.victims.map(fingerprint)).toEqual(before);
  world.decide(world.members, {});
  expect(new Set(world.members.map((group) => toHex(group.epochAuthenticator))).size).toBe(1);
  for (const group of world.victims) expect(freshHash(group, suite)).toBe(toHex(group.view.treeHash));
}

afterAll(() => {
  if (!isLong) return;
  const lines = [...outcomes].sort(([, a], [, b]) => b - a).map(([name, times]) => `${String(times)} ${name}`);
  console.log(lines.join("\n"));
});

describe("A80: structures with any field changed, signed and sealed by a member; bytes changed by anybody", () => {
  it.each(INPUTS)(
    "A80: suite %i: %i of them are refused with a typed error or taken, soon; nobody's state changes; memory stays",
    (suiteId, inputs) => {
      const dice = new Dice(80 + suiteId);
      collect();
      const heap = process.memoryUsage().heapUsed;
      for (let done = 0; done < inputs; done += PER_GROUP) attack(dice, suiteId, Math.min(PER_GROUP, inputs - done));
      collect();
      expect(process.memoryUsage().heapUsed - heap).toBeLessThan(MOST_HEAP_GROWTH);
    },
    isLong ? 3_600_000 : 300_000,
  );

  it("A80: the mutations reach what they are for: most kinds are taken now and then, and refused for many reasons", () => {
    const kinds = new Set([...outcomes.keys()].map((name) => name.replace(/: [^:]*$/u, "")));
    for (const kind of ["signed: commit", "signed: proposal", "sealed: Welcome", "signed: GroupInfo, read"])
      expect(kinds, kind).toContain(kind);
    const codes = new Set([...outcomes.keys()].map((name) => /[^:]*$/u.exec(name)![0].trim()));
    expect(codes.size).toBeGreaterThan(15);
  });
});
