import { readFileSync, statSync } from "node:fs";
import { nodeCrypto } from "@conclave/crypto/node";
import { proofFromJson, verifyProof as check } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { unreadableFile } from "../terminal/fileFault.js";
import type { CommandContext } from "../program/context.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { dayAndTime } from "../terminal/when.js";

const WHAT = {
  equivocation: "two different records for one place in a room's log",
  rollback: "a shorter log after a longer one",
  retraction: "that messages of a room are deleted, and later that they are not",
} as const;

const MAX_PROOF_BYTES = 1024 * 1024;

/** `conclave verify-proof`: needs no home and no relay, and takes nobody's word. */
export function verifyProof({ output }: CommandContext, file: string): void {
  const proof = proofFromJson(read(file));
  if (!proof) throw notAProof();
  const found = check(nodeCrypto, proof);
  // RULE: cli.proof-checked: only what the relay's own signatures prove is said to be proved.
  if (!found)
    throw new CliError(
      "PROVES_NOTHING",
      "This file proves nothing: its signatures are not valid, or do not contradict each other.",
    );
  const relayKey = toHex(proof.relayKey);
  const receipts = [proof.first, proof.second].map(({ kind, signed: { receipt } }) => ({
    kind,
    ...{ n: receipt.n, head: toHex(receipt.head), time: receipt.time },
  }));
  const between = proof.path?.records.length ?? 0;
  output.result({ proved: found, relayKey, receipts, between }, (paint) => [
    `${paint.green("✔")} The proof is valid: the relay with the key ${relayKey.slice(0, 16)}… signed ${WHAT[found]}.`,
    "",
    ...receipts.map(({ n, head, time }) => `  place ${n}  head ${head.slice(0, 16)}…  signed ${dayAndTime(time)}`),
    ...(between > 0
      ? [`  ${between} record(s) lead to the second head, and they start from a different head than the first.`]
      : []),
    "",
    paint.dim("No honest relay signs both. Show this file to everyone who uses that relay."),
  ]);
}

// A device or a pipe may never end; a proof is a short file.
function read(file: string): string {
  try {
    const found = statSync(file);
    if (found.isFile() && found.size <= MAX_PROOF_BYTES) return readFileSync(file, "utf8");
  } catch (error) {
    throw unreadableFile(file, error);
  }
  throw notAProof();
}

function notAProof(): CliError {
  return new CliError(
    "NO_PROOF",
    "This file is not the proof of an alarm.",
    `An alarm says where its proof is:  ${nextCommand("status")}`,
  );
}
