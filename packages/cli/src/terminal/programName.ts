import { basename, relative } from "node:path";

/** How this program was called, so that what it says to type next works: `npx conclave`, `conclave`, `node …/conclave.js`. */
export function programName(env: NodeJS.ProcessEnv = process.env, script = process.argv[1] ?? "conclave"): string {
  // `npm start` and `npx conclave` run in a clone, where npx finds the command.
  if (env["npm_command"] !== undefined) return "npx conclave";
  if (basename(script) === "conclave") return "conclave";
  return `node ${relative(process.cwd(), script)}`;
}
