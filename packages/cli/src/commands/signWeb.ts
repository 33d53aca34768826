import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fromHex, toHex } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { usageError } from "../cliError.js";
import { OWN_PAGES } from "../pages/builtPages.js";
import { shortHash } from "../pages/pageManifest.js";
import { SIGNATURE, signBuild } from "../pages/pageSignature.js";
import type { CommandContext } from "../program/context.js";
import { ownPages } from "./web.js";

/** `conclave sign-web`: writes a signature beside the manifest of this program's pages; hosts serve it with the pages. */
export function signWeb({ output }: CommandContext, keyFile: string): void {
  const { manifest } = ownPages();
  const seed = signingSeed(resolve(keyFile));
  const file = join(OWN_PAGES, SIGNATURE);
  writeFileSync(file, signBuild(seed, manifest.build));
  const signer = toHex(nodeCrypto.ed25519PublicKey(seed));
  output.result({ version: manifest.version, build: manifest.build, signer, file }, (paint) => [
    `${paint.green("✔")} Signed version ${manifest.version}, fingerprint ${shortHash(manifest.build)}.`,
    "",
    `  Signature  ${file}`,
    `  Signer     ${signer}`,
    "",
    paint.dim("Others check it with verify-web and --signer. Give them the key some other way than through the host."),
  ]);
}

function signingSeed(path: string): Uint8Array {
  if (!existsSync(path)) writeFileSync(path, `${toHex(systemRandom(32))}\n`, { mode: 0o600, flag: "wx" });
  const text = readFileSync(path, "utf8").trim();
  if (!/^[0-9a-f]{64}$/u.test(text)) throw usageError(`${path} does not contain a signing key.`);
  return fromHex(text);
}
