import { usageError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import { comparePages, type ComparedFile, type Comparison } from "../pages/comparePages.js";
import { fetchHostedFile } from "../pages/hostedPages.js";
import { shortHash } from "../pages/pageManifest.js";
import { isPageSignedBy, SIGNATURE } from "../pages/pageSignature.js";
import type { CommandContext } from "../program/context.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { ownPages } from "./web.js";

const STATES = {
  same: "same",
  differs: "differs from here",
  missing: "not served",
  extra: "not part of this version",
  headers: "wrong headers",
} as const satisfies Record<ComparedFile["state"], string>;

/** `conclave verify-web URL`: does this host serve this program's own web client? */
export async function verifyWeb({ output, options }: CommandContext, url: string): Promise<void> {
  const base = baseOf(url);
  const signer = signerOf(options["signer"]);
  const ours = ownPages();
  const comparison = await comparePages(base, ours);
  const signed = signer === null ? null : await isSigned(base, signer, ours.manifest.build);
  const differing = comparison.files.filter(({ state }) => state !== "same");
  // RULE: web.verify: one byte, header, file or script more or less is a difference (attack A86).
  const isSame = differing.length === 0 && comparison.extraScripts.length === 0 && signed !== false;
  if (!isSame) process.exitCode = EXIT.differs;
  const { version, build } = ours.manifest;
  output.result(
    { same: isSame, host: base.href, ours: { version, build }, ...comparison, differing: differing.map(name), signed },
    (paint) => [...lines(comparison, paint), "", ...verdict(isSame, { version, build }, comparison, signed, paint)],
  );
}

function lines({ files, extraScripts, connects }: Comparison, paint: Paint): string[] {
  return [
    ...table(
      files.map((file) => [
        { text: file.state === "same" ? "✔" : "✘", paint: file.state === "same" ? paint.green : paint.red },
        name(file),
        file.theirs === null ? "-" : shortHash(file.theirs),
        file.state === "headers" ? `${STATES.headers}: ${file.headers.join(", ")}` : STATES[file.state],
      ]),
    ),
    ...extraScripts.map((script) => `${paint.red("✘")} its start page loads another script: ${safeLine(script)}`),
    ...connects.map((source) => `${paint.yellow("!")} its pages can also connect to ${safeLine(source)}`),
  ];
}

function verdict(
  isSame: boolean,
  ours: { readonly version: string; readonly build: string },
  { theirs }: Comparison,
  signed: boolean | null,
  paint: Paint,
): string[] {
  const mine = `version ${ours.version}, fingerprint ${shortHash(ours.build)}`;
  const signature =
    signed === null ? [] : [signed ? "Its signature is the signer's." : "It is not signed by that key."];
  if (isSame) return [`${paint.green("The same")} as this program's: ${mine}.`, ...signature];
  const other = theirs
    ? `version ${theirs.version}, fingerprint ${shortHash(theirs.build)}`
    : "nothing that can be read";
  return [
    `${paint.red("Not the same.")} It serves ${other}; this program has ${mine}.`,
    ...signature,
    ...(theirs !== null && theirs.version !== ours.version
      ? [`To compare, run verify-web of version ${theirs.version}.`]
      : []),
  ];
}

async function isSigned(base: URL, signer: string, build: string): Promise<boolean> {
  const { status, bytes } = await fetchHostedFile(base, SIGNATURE, 1024);
  return status === 200 && isPageSignedBy(signer, build, Buffer.from(bytes).toString("utf8"));
}

function name({ path }: ComparedFile): string {
  return path === "" ? "(start page)" : path;
}

function baseOf(url: string): URL {
  if (!/^https?:\/\//u.test(url) || !URL.canParse(url))
    throw usageError("The host's address looks like https://chat.example.org.");
  const base = new URL(url);
  // An invite link may be given: its secret goes nowhere.
  base.hash = "";
  base.search = "";
  // The pages are a folder, with or without the slash behind it.
  base.pathname = `${base.pathname.replace(/\/(?:index\.html)?$/u, "")}/`;
  return base;
}

function signerOf(given: unknown): string | null {
  if (given === undefined) return null;
  const key = typeof given === "string" ? given.toLowerCase() : "";
  if (!/^[0-9a-f]{64}$/u.test(key)) throw usageError("A signer's key has 64 hexadecimal digits.");
  return key;
}
