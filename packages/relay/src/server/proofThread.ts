import type { SignatureCheck } from "@conclave/crypto";
import { Worker } from "node:worker_threads";
import type { ToProofs } from "./proofWorker.js";

type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** The core's end of the thread that checks the signatures of proofs. */
export class ProofThread {
  /** How many were given to it. */
  checked = 0;
  private readonly worker = new Worker(new URL("./proofWorker.js", import.meta.url), { execArgv: [] });
  private readonly asked: ((verdicts: readonly boolean[]) => void)[] = [];

  constructor() {
    this.worker.on("message", (verdicts: readonly boolean[]) => {
      this.asked.shift()!(verdicts);
    });
    // Nobody could prove anything any more: a relay that says so by ending is better than one that seems to run.
    this.worker.on("error", (cause) => {
      throw new Error("the relay's thread for proofs failed", { cause });
    });
  }

  /** Checks signatures on the other thread. `then` gets the verdicts in order; answers come in the order of the calls. */
  check(checks: readonly SignatureCheck[], then: (verdicts: readonly boolean[]) => void): void {
    this.checked += checks.length;
    this.asked.push(then);
    this.worker.postMessage(checks satisfies ToProofs);
  }

  stop(): void {
    void this.worker.terminate();
  }
}

/**
 * What the proof thread found, for the core's own verification.
 *
 * RULE: proof.checked: no signature is taken that nobody checked: a verdict holds for exactly the key, message and signature that
 * were checked, and whatever has none is verified here and now (attack A101).
 */
export class Verdicts {
  private readonly found = new Map<string, boolean>();

  constructor(private readonly verifyNow: Verify) {}

  /** For `RelayCrypto`. */
  readonly verify: Verify = (publicKey, message, signature) =>
    this.found.get(nameOf({ publicKey, message, signature })) ?? this.verifyNow(publicKey, message, signature);

  /** Knows these verdicts while `work` goes on, and no longer. */
  during(checks: readonly SignatureCheck[], verdicts: readonly boolean[], work: () => void): void {
    checks.forEach((check, at) => this.found.set(nameOf(check), verdicts[at] ?? false));
    work();
    this.found.clear();
  }
}

// Keys and signatures have one length each, so no two checks have the same name.
function nameOf({ publicKey, signature, message }: SignatureCheck): string {
  return Buffer.concat([publicKey, signature, message]).toString("latin1");
}
