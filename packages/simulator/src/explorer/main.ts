import { register } from "node:module";
import { parseArgs } from "node:util";
import { SEEDED_FAULTS } from "./faults.js";
import { explorationLine } from "./told.js";
import type { Likeness } from "./sceneView.js";

// npm run explore -- [--members N] [--events E] [--faults F] [--seconds S] [--lag L] [--steps M] [--likeness view|bytes] [--path "…; …"]
const { values } = parseArgs({
  options: {
    members: { type: "string", default: "3" },
    events: { type: "string", default: "6" },
    faults: { type: "string", default: "1" },
    seconds: { type: "string", default: "300" },
    lag: { type: "string", default: "1" },
    steps: { type: "string", default: "50" },
    likeness: { type: "string", default: "view" },
    path: { type: "string" },
    "seed-fault": { type: "string" },
  },
});
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const fault = values["seed-fault"];
if (fault !== undefined) {
  const seeded = SEEDED_FAULTS[fault];
  if (seeded === undefined) throw new Error(`no such fault; there are: ${Object.keys(SEEDED_FAULTS).join(", ")}`);
  register("./faultHook.js", import.meta.url, { data: seeded });
}
// Loaded after the fault is in place.
const { Explorer } = await import("./explore.js");
const number = (text: string): number => Number(text);
let told = 0;
const explorer = new Explorer({
  members: number(values.members),
  events: number(values.events),
  faults: number(values.faults),
  seconds: number(values.seconds),
  lag: number(values.lag),
  mostSteps: number(values.steps),
  likeness: values.likeness as Likeness,
  onProgress: (progress) => {
    if (progress.seconds - told < 10) return;
    told = progress.seconds;
    print(explorationLine(progress));
  },
});
if (values.path !== undefined) {
  const broken = explorer.replay(values.path.split(/; */), print);
  print(broken === null ? "Nothing is broken." : `BROKEN: ${broken}`);
  process.exitCode = broken === null ? 0 : 1;
} else {
  const result = explorer.run();
  const { user, system } = process.cpuUsage();
  print(`${explorationLine(result)}; ${((user + system) / 1e6).toFixed(0)} s of processor time`);
  if (result.broken !== null) {
    print(`BROKEN: ${result.broken.message}`);
    print(`--path ${JSON.stringify(result.broken.path.join("; "))}`);
    process.exitCode = 1;
  }
}
