import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A certificate for a name that signs itself, as an operator makes one: the files of both halves. */
export function certificate(into: string, name: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(into, "cert.pem"), join(into, "key.pem")];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const named = ["-subj", "/CN=relay", "-addext", `subjectAltName=DNS:${name}`];
  execFileSync("openssl", [...made, ...named, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert, key };
}
