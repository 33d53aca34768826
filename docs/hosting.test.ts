import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../hosting/", import.meta.url));
const units = readdirSync(folder).filter((name) => name.endsWith(".service"));
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe.skipIf(!hasSystemd)("the systemd units (skipped without systemd-analyze)", () => {
  it.each(units)("%s is understood whole, and little is open to it", (unit) => {
    const verified = spawnSync("systemd-analyze", ["verify", folder + unit], { encoding: "utf8" });
    // Where the program is not installed is no fault of the unit.
    const told = verified.stderr
      .split("\n")
      .filter((line) => line.includes(unit) && !line.includes("is not executable"));
    expect(told).toEqual([]);
    const rated = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=20", folder + unit]);
    expect([unit, rated.status]).toEqual([unit, 0]);
  });
});
