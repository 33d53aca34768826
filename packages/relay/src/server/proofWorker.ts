import { nodeCrypto } from "@conclave/crypto/node";
import type { SignatureCheck } from "@conclave/crypto";
import { parentPort } from "node:worker_threads";

/** Signatures to be checked. Each of these messages is answered with one list of verdicts, in order. */
export type ToProofs = readonly SignatureCheck[];

// The thread that checks the signatures of proofs, so that the core's thread, for which everybody waits, does not.
const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
port.on("message", (checks: ToProofs) => {
  port.postMessage(
    checks.map(({ publicKey, message, signature }) => nodeCrypto.ed25519Verify(publicKey, message, signature)),
  );
});
