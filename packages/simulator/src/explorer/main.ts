import { register } from "node:module";
import { parseArgs } from "node:util";
import { SEEDED_FAULTS } from "./faults.js";
import { explorationLine } from "./told.js";
import type { Exploration } from "./explore.js";
import type { Likeness } from "./sceneView.js";

// npm run explore -- [--members N] [--events E] [--faults F] [--policy open|admins:2|…] [--seconds S] [--steps M] [--likeness view|bytes] [--path "…; …"] [--folder DIR [--size N] [--share K/N]]
const { values } = parseArgs({
  options: {
    members: { type: "string", default: "3" },
    events: { type: "string", default: "6" },
    faults: { type: "string", default: "1" },
    seconds: { type: "string", default: "300" },
    steps: { type: "string", default: "50" },
    likeness: { type: "string", default: "view" },
    policy: { type: "string" },
    path: { type: "string" },
    folder: { type: "string" },
    size: { type: "string", default: "200" },
    share: { type: "string", default: "0/1" },
    "seed-fault": { type: "string" },
  },
});
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const fault = values["seed-fault"];
const seeded = fault === undefined ? undefined : SEEDED_FAULTS[fault];
if (fault !== undefined) {
  if (seeded === undefined) throw new Error(`no such fault; there are: ${Object.keys(SEEDED_FAULTS).join(", ")}`);
  register("./faultHook.js", import.meta.url, { data: { edits: seeded.edits } });
}
// Loaded after the fault is in place.
const { preset, readPreset } = await import("@conclave/protocol");
const { Broken } = await import("./broken.js");
const { Explorer } = await import("./explore.js");
const { exploreInParts } = await import("./parts.js");
const number = (text: string): number => Number(text);
let told = 0;
const word = readPreset(values.policy ?? seeded?.policy ?? "open");
if (!word.ok) throw new Error(`no such policy: ${values.policy ?? ""}`);
const plan: Exploration = {
  members: number(values.members),
  events: number(values.events),
  faults: number(values.faults),
  policy: preset(word.value),
  seconds: number(values.seconds),
  mostSteps: number(values.steps),
  likeness: values.likeness as Likeness,
  onProgress: (progress) => {
    if (progress.seconds - told < 10 || values.folder !== undefined) return;
    told = progress.seconds;
    print(explorationLine(progress));
  },
};
const tellBroken = (message: string, path: readonly string[]): void => {
  print(`BROKEN: ${message}`);
  print(`--path ${JSON.stringify(path.join("; "))}`);
  process.exitCode = 1;
};
try {
  if (values.path !== undefined) {
    const path = values.path.split(/; */).filter((name) => name !== "");
    const broken = new Explorer(plan).replay(path, print);
    if (broken === null) print("Nothing is broken.");
    else tellBroken(broken, path);
  } else {
    const { folder, share } = values;
    const [at, of] = share.split("/").map(Number) as [number, number];
    const cutting = { size: number(values.size), share: { at, of }, print };
    const result = folder === undefined ? new Explorer(plan).run() : exploreInParts(plan, { folder, ...cutting });
    if (result === null) print("Not all parts of this layer are done. The same command goes on.");
    else {
      const { user, system } = process.cpuUsage();
      print(`${explorationLine(result)}; ${((user + system) / 1e6).toFixed(0)} s of processor time here`);
      if (result.broken !== null) tellBroken(result.broken.message, result.broken.path);
    }
  }
} catch (error) {
  // Before anything was explored: in the room that it begins with.
  if (!(error instanceof Broken) && fault === undefined) throw error;
  tellBroken(error instanceof Broken ? error.message : `it throws: ${String(error)}`, []);
}
