// Makes everything of a release but what takes a person: `npm run release`, or `npm run release -- --dry-run` to see what is
// not ready, without stopping at it. It publishes nothing and signs nothing (docs/releasing.md).
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { billOf } from "./release/bill.mjs";
import { changesOf, commitHere, versionFaults } from "./release/checks.mjs";
import { packAll } from "./release/pack.mjs";
import { releaseOf, root } from "./release/workspace.mjs";

const { values } = parseArgs({ options: { "dry-run": { type: "boolean" } } });
const dryRun = values["dry-run"] === true;
const release = releaseOf();
const { name, scope, version } = release;
const folder = join(root, "dist/release");
const commit = commitHere();
const changes = changesOf(version);

const faults = [
  ...versionFaults(version),
  ...(commit.changed.length > 0 ? [`${commit.changed.length} files differ from the commit: ${commit.changed[0]}`] : []),
  ...(changes === null ? [`CHANGELOG.md says nothing about ${version}`] : []),
  ...(changes?.date === null ? [`CHANGELOG.md has no date for ${version}: "## ${version} (YYYY-MM-DD)"`] : []),
];
for (const fault of faults) console.error(`not ready: ${fault}`);
if (faults.length > 0 && !dryRun) process.exit(1);

const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, stdio: "inherit" });
if (built.status !== 0) process.exit(1);
rmSync(folder, { recursive: true, force: true });
const { files, lock } = packAll(folder, release);
const bill = `${name}-${version}.cdx.json`;
writeFileSync(join(folder, bill), billOf(lock, commit.time));
writeFileSync(join(folder, "CHANGES.md"), `${changes?.text ?? ""}\n`);
const sums = [...files, bill, "CHANGES.md"].sort().map((file) => `${sha256(join(folder, file))}  ${file}\n`);
writeFileSync(join(folder, "SHA256SUMS"), sums.join(""));

const npm = spawnSync("npm", ["--version"], { encoding: "utf8" }).stdout.trim();
console.log(`
${name} ${version}, from commit ${commit.id}
  in dist/release: ${files.length} packages, ${bill} (${Object.keys(lock.packages).length - 1} parts), CHANGES.md, SHA256SUMS
  packed by Node ${process.versions.node} and npm ${npm}; others get the same bytes with these
  SHA-256 of SHA256SUMS: ${sha256(join(folder, "SHA256SUMS"))}
  fingerprint of the web client: ${sha256(join(root, "packages/web/dist/conclave-manifest.json"))}

Nothing was published and nothing was signed. Left to do by hand, in this order:

  1. npm run verify && npm test                             on this commit; both must pass
  2. git tag -s v${version} ${commit.id}
  3. cd dist/release
     ssh-keygen -Y sign -f YOUR_KEY -n conclave-release SHA256SUMS
  4. Before the first release: register the name ${name} and the scope ${scope} at the registry. If they are taken, change
     "release" in package.json, and begin again.
  5. npm publish ./${files[0]} --access public          and so on for each other .tgz, if people are to build on them
  6. Put SHA256SUMS, SHA256SUMS.sig, ${bill} and CHANGES.md where people get the program.

Others verify it with your public key in allowed_signers ("NAME ssh-ed25519 AAAA…"):

  ssh-keygen -Y verify -f allowed_signers -I NAME -n conclave-release -s SHA256SUMS.sig < SHA256SUMS
  sha256sum --check SHA256SUMS`);
if (faults.length > 0) console.log(`\nNot ready for a release:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
process.exit(faults.length > 0 ? 1 : 0);

function sha256(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
