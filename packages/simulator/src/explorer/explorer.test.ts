import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { preset } from "@conclave/protocol";
import { type Exploration, explore, Explorer } from "./explore.js";
import { SEEDED_FAULTS } from "./faults.js";
import { exploreInParts } from "./parts.js";

const SMALL: Exploration = { members: 3, events: 1, faults: 0, seconds: 600 };
const program = fileURLToPath(new URL("../../dist/explorer/main.js", import.meta.url));

function run(...args: string[]): string {
  return spawnSync(process.execPath, [program, ...args], { encoding: "utf8" }).stdout;
}

describe("an exploration", () => {
  it("visits every order of one event in a room of three, and breaks nothing", () => {
    const explored = explore(SMALL);
    expect(explored.broken).toBeNull();
    expect(explored.completed).toBe(1);
    expect(explored.states).toBeGreaterThan(25);
    expect(explored.removals).toBeGreaterThan(0);
    expect(explored.longestRemoval).toBeLessThanOrEqual(50);
    expect(explored.entrances).toBeGreaterThan(0);
  });
  it("is the same each time", () => {
    const plan = { ...SMALL, members: 2 };
    const { seconds: _first, ...first } = explore(plan);
    const { seconds: _second, ...second } = explore(plan);
    expect(second).toEqual(first);
  });
  it("comes to the same looks whether states are told apart by looks or by all their bytes", () => {
    const plan = { ...SMALL, members: 1, events: 2 };
    const [views, bytes] = (["view", "bytes"] as const).map((likeness) => {
      const looks = new Set<string>();
      const explored = explore({ ...plan, likeness, onLook: (look) => looks.add(look) });
      return { looks, explored };
    });
    expect(bytes!.explored.broken).toBeNull();
    expect(bytes!.explored.states).toBeGreaterThanOrEqual(views!.explored.states);
    expect([...views!.looks].sort()).toEqual([...bytes!.looks].sort());
  });
  it("is the same with real primitives", () => {
    const plan = { ...SMALL, members: 2 };
    const { seconds: _model, ...model } = explore(plan);
    const { seconds: _real, ...real } = explore({ ...plan, isCryptoReal: true });
    expect(real).toEqual(model);
  });
  it("comes to the same in parts, whichever of them were on the disk already", () => {
    const folder = mkdtempSync(join(tmpdir(), "conclave-parts-"));
    const cutting = { folder, size: 3, share: { at: 0, of: 1 }, print: () => {} };
    const plan = { ...SMALL, members: 2 };
    const whole = explore({ ...plan, events: 2 });
    expect(exploreInParts({ ...plan, seconds: 0 }, cutting)).toBeNull();
    expect(exploreInParts(plan, cutting)).toMatchObject({ completed: 1, broken: null });
    const parts = exploreInParts({ ...plan, events: 2 }, cutting)!;
    expect(parts).toMatchObject({ completed: 2, broken: null });
    expect(parts.states).toBeGreaterThanOrEqual(whole.states);
    expect(() => exploreInParts({ ...plan, faults: 1 }, cutting)).toThrow("another exploration");
    rmSync(folder, { recursive: true });
  }, 240_000);
  it("visits what takes the agreement of two, and breaks nothing", () => {
    const explored = explore({ ...SMALL, policy: preset("admins:2") });
    expect(explored.broken).toBeNull();
    expect(explored.completed).toBe(1);
    expect(explored.entrances).toBeGreaterThan(0);
    const told: string[] = [];
    const path = [
      ...["B proposes remove C", "B sends", "B sends", "A agrees to remove C", "A sends", "A carries out remove C"],
      "A sends",
    ];
    const line = (text: string) => told.push(text);
    expect(new Explorer({ ...SMALL, policy: preset("admins:2") }).replay(path, line)).toBeNull();
    expect(told.at(-1)).toMatch(/A active .* B active .* C removed/);
  });
  it("A2: passes over a commit that the rules refuse: its author's own device stops, and the room goes on", () => {
    const told: string[] = [];
    const path = ["C offers a wrong commit", "B rekey", "B sends", "A remove C", "A sends"];
    expect(new Explorer(SMALL).replay(path, (line) => told.push(line))).toBeNull();
    expect(told[0]).toMatch(/A active \d+ e\d+, B active \d+ e\d+, C active \d+ e\d+ RESTORED$/);
    expect(told.at(-1)).toMatch(/A active .* B active .* C removed/);
    // An admin may give the room a title, and who is stopped does nothing more.
    for (const more of [["B offers a wrong commit"], ["C offers a wrong commit", "C rekey"]])
      expect(() => new Explorer(SMALL).replay(more, () => {})).toThrow("cannot happen here");
  });
  it("goes a path again", () => {
    const told: string[] = [];
    const path = ["A remove C", "A sends", "A rekey", "A sends", "B rekey"];
    expect(new Explorer(SMALL).replay(path, (line) => told.push(line))).toBeNull();
    expect(told.at(-1)).toMatch(/A active .* B active .* C removed/);
  });
});

describe("a fault in the protocol", () => {
  const isLong = process.env["CONCLAVE_LONG"] !== undefined;

  it.each(Object.entries(SEEDED_FAULTS))(
    "“%s” breaks an invariant",
    (name, { path, breaks, faults, policy, isRefused = false }) => {
      expect(run("--path", path, "--seed-fault", name)).toMatch(new RegExp(`BROKEN: .*(${breaks.source})`));
      // Without the fault the same path is nothing.
      const again = () => {
        const explorer = new Explorer({ ...SMALL, ...(policy === undefined ? {} : { policy: preset(policy) }) });
        return explorer.replay(path.split("; ").filter(Boolean), () => {});
      };
      if (isRefused) expect(again).toThrow("cannot happen here");
      else expect(again()).toBeNull();
      if (!isLong || isDeep(name)) return;
      const found = run("--events", "1", "--faults", String(faults), "--seconds", "150", "--seed-fault", name);
      expect(found).toMatch(new RegExp(`BROKEN: .*(${breaks.source})`));
    },
    240_000,
  );
  it("is told with the shortest path that leads to it", () => {
    const found = run("--members", "2", "--events", "1", "--faults", "1", "--seed-fault", "forgets-given-up");
    expect(found).toContain(`--path "${SEEDED_FAULTS["forgets-given-up"]!.path}"`);
  }, 240_000);
});

// It takes two events and more to find these.
function isDeep(name: string): boolean {
  const ofAgreement = ["no-not-heard", "withdrawal-not-heard", "taken-back-is-sent"];
  return ["join-anywhere", "overtaken-counts", ...ofAgreement].includes(name);
}
