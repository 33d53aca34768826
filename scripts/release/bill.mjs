// What the program is made of, as npm lists it (CycloneDX JSON). npm puts a number of its own and the present time into each
// list; without the one and with the commit's time for the other, the same commit gives the same list.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJson, without } from "./workspace.mjs";

/** The bill of materials of what this lock has. `time` is the commit's, as a Date. */
export function billOf(lock, time) {
  const stage = mkdtempSync(join(tmpdir(), "conclave-bill-"));
  // npm calls the whole after its folder.
  const folder = join(stage, lock.name);
  try {
    mkdirSync(folder);
    const { overrides } = readJson("package.json");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...lock.packages[""], overrides }));
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
    const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", "--package-lock-only"];
    const { status, stdout, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
    const bill = without(JSON.parse(stdout), "serialNumber");
    bill.metadata.timestamp = time.toISOString();
    return `${JSON.stringify(bill, null, 1)}\n`;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
