import { spawn } from "node:child_process";
import { SSH_NAMESPACE } from "@conclave/protocol";

/** What `ssh-keygen` has signed, or why not, in its own words. */
export type KeygenOutcome = { readonly file: Uint8Array } | { readonly failure: string };

/**
 * Signs a message with the key in a file: `ssh-keygen -Y sign`. It asks the person for the key's passphrase itself, at the terminal
 * or by `SSH_ASKPASS`: this program never reads a private key.
 */
export function signWithKeygen(keyFile: string, message: Uint8Array): Promise<KeygenOutcome> {
  return new Promise((resolve) => {
    const child = spawn("ssh-keygen", ["-Y", "sign", "-q", "-f", keyFile, "-n", SSH_NAMESPACE], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => errors.push(bytes));
    child.on("error", (error) => {
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      resolve({ failure: isMissing ? "ssh-keygen is not installed" : error.message });
    });
    child.on("close", (code) => {
      if (code === 0) resolve({ file: Buffer.concat(out) });
      else
        resolve({ failure: Buffer.concat(errors).toString().trim() || `ssh-keygen ended with code ${String(code)}` });
    });
    // It may end before it has read: what it says is the failure, not that.
    child.stdin.on("error", () => undefined);
    child.stdin.end(message);
  });
}
