import { soak } from "./soak.js";
import { grown } from "./soakReport.js";

// npm run soak -- [--minutes 60]: does a relay hold on to anything? Exit code 1 when something has grown.
const at = process.argv.indexOf("--minutes");
const minutes = at < 0 ? 60 : Number(process.argv[at + 1]);
const LEAST_MINUTES = 6;
if (!(minutes >= LEAST_MINUTES)) {
  console.error(`--minutes takes a number from ${String(LEAST_MINUTES)}: fewer samples say nothing.`);
  process.exitCode = 2;
} else {
  const mega = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  console.log("seconds  memory MB  handles  threads  files  journal MB  database MB  appends");
  const samples = await soak(minutes, (now) => {
    const cells = [now.second, mega(now.memory), now.handles, now.threads, now.files];
    const all = [...cells, mega(now.journal), mega(now.database), now.appends];
    const widths = [7, 11, 9, 9, 7, 12, 13, 9];
    console.log(all.map((cell, column) => String(cell).padStart(widths[column]!)).join(""));
  });
  const found = grown(samples);
  console.log(found.length === 0 ? "Nothing has grown that should be flat." : `Grown:\n${found.join("\n")}`);
  if (found.length > 0) process.exitCode = 1;
}
