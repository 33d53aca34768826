import { isIP } from "node:net";
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";

/** What a certificate says. */
export interface CertificateFacts {
  /** Until when it is valid, ms since 1970. */
  readonly until: number;
  /** For how long it was made, ms. */
  readonly span: number;
  /** SHA-256, hexadecimal. */
  readonly fingerprint: string;
}

/** Why files of a certificate cannot be used: `not_a_certificate`, `not_a_key`, or its key is `another_key`. */
export type CertificateFault = "not_a_certificate" | "not_a_key" | "another_key";

/** What the first certificate of a PEM text says. @throws the system's error when it is none */
export function certificateFacts(pem: string): CertificateFacts {
  const { validFrom, validTo, raw } = new X509Certificate(pem);
  const until = Date.parse(validTo);
  return { until, span: until - Date.parse(validFrom), fingerprint: createHash("sha256").update(raw).digest("hex") };
}

/** Why a certificate and its key, PEM texts, cannot be used; null if they can. */
export function certificateFault(pem: string, keyPem: string): CertificateFault | null {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return "not_a_certificate";
  }
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem)) ? null : "another_key";
  } catch {
    return "not_a_key";
  }
}

/** Whether a certificate, a PEM text, is for a host name or an address. */
export function isCertificateFor(pem: string, host: string): boolean {
  const certificate = new X509Certificate(pem);
  const bare = host.replace(/^\[(.*)\]$/u, "$1");
  return (isIP(bare) === 0 ? certificate.checkHost(bare) : certificate.checkIP(bare)) !== undefined;
}
