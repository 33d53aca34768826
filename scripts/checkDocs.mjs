// Holds the documentation to the code: links lead somewhere, docs/architecture.md names what is there,
// prose lies at 100 columns, every RULE has its test, every public export has a docstring,
// docs/attacks.md says about each attack what the tests say, docs/cli.md and docs/json.md are what the build says. Prints
// each fault; exits 1 when there is one.
// `--fix` first writes the attacks' statuses as the tests have them, and those two documents.
import { attackFaults, writeAttackStatuses } from "./docs/attacks.mjs";
import { architectureFaults } from "./docs/architecture.mjs";
import { generatedFaults, writeGenerated } from "./docs/generated.mjs";
import { exportFaults } from "./docs/exports.mjs";
import { lineFaults } from "./docs/lines.mjs";
import { linkFaults } from "./docs/links.mjs";
import { nameFaults } from "./docs/names.mjs";
import { ruleFaults } from "./docs/rules.mjs";

const checks = {
  links: linkFaults,
  architecture: architectureFaults,
  "100 columns": lineFaults,
  rules: ruleFaults,
  names: nameFaults,
  "public exports": exportFaults,
  attacks: attackFaults,
  "written from the code": generatedFaults,
};
if (process.argv.includes("--fix")) {
  writeAttackStatuses();
  await writeGenerated();
}
let failed = false;
for (const [name, check] of Object.entries(checks)) {
  const { faults, summary } = await check();
  console.log(`${faults.length === 0 ? "ok    " : "FAILED"} ${name}: ${summary}`);
  for (const fault of faults) console.log(`       ${fault}`);
  failed ||= faults.length > 0;
}
process.exit(failed ? 1 : 0);
