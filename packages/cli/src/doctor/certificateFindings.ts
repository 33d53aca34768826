import { certificateFacts, certificateFault, isCertificateFor, type RunningFacts } from "@conclave/relay";
import { readCertificate } from "../commands/certificate.js";
import { CliError } from "../cliError.js";
import { calendarDay, dayAndTime } from "../terminal/when.js";
import { bad, good, type Finding } from "./finding.js";

/**
 * Those who renew by themselves do so when a third of its time is left: a month before the end of most. Two weeks before it, or
 * in its last quarter where it is a short one, something has gone wrong.
 */
const SOON_MS = 14 * 86_400_000;

/** Whether a certificate that was made for `span` ms still lasts. */
export function lastsLong(until: number, span: number): boolean {
  return until - Date.now() > Math.min(SOON_MS, span / 4);
}

export function validFor(until: number): string {
  const left = until - Date.now();
  return `The certificate ${left > 0 ? "is" : "was"} valid until ${left < 86_400_000 ? dayAndTime(until) : calendarDay(until)}.`;
}

/** Whether the files of a certificate can be used, for this address, and are what the relay that runs shows. */
export function certificateFinding(
  files: { readonly cert: string; readonly key: string },
  publicUrl: string | null,
  running: RunningFacts | null,
): Finding {
  const wrong = (text: string, todo: string): Finding => bad("certificate", text, todo);
  try {
    const { cert, key } = readCertificate(files);
    const fault = certificateFault(cert, key);
    if (fault === "not_a_certificate") return wrong(`${files.cert} is no certificate.`, "Put a PEM file there.");
    if (fault === "not_a_key") return wrong(`${files.key} is no key.`, "Put a PEM file there.");
    if (fault === "another_key")
      return wrong(`${files.key} is not the key of ${files.cert}.`, "Put the two files there that belong together.");
    const { until, span, fingerprint } = certificateFacts(cert);
    if (!lastsLong(until, span)) return wrong(`${files.cert}: ${validFor(until)}`, "Renew it.");
    const host = publicUrl === null ? null : new URL(publicUrl).hostname;
    if (host !== null && !isCertificateFor(cert, host))
      return wrong(`${files.cert} is not for ${host}.`, "Get one for that name, or correct --public-url.");
    const shown = running?.state.certificate?.fingerprint;
    if (shown !== undefined && shown !== fingerprint)
      return wrong(
        `The relay shows another certificate than ${files.cert}.`,
        "Wait a minute; if it stays, its log says why it does not take the new one. kill -HUP has it look at once.",
      );
    return good("certificate", `${files.cert}: ${validFor(until)}`);
  } catch (error) {
    if (error instanceof CliError) return wrong(error.message, "Let the relay's user read it.");
    throw error;
  }
}
