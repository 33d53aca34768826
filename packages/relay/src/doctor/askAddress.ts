import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import type { TLSSocket } from "node:tls";

/** What came of a request: an answer, or the system's code of what went wrong, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
export type AddressAnswer =
  | {
      readonly status: number;
      readonly text: string;
      /** Until when the certificate that was shown is valid, ms since 1970; null without TLS. */
      readonly certificateUntil: number | null;
      /** For how long it was made, ms; null without TLS. */
      readonly certificateSpan: number | null;
    }
  | { readonly failed: string };

/** Longer than a proxy looks for a relay that takes a request (hosting/Caddyfile: 5 s). */
const PATIENCE_MS = 8000;
const MOST_CHARACTERS = 1000;

/** Asks for a page, without following where it leads. `isStrict`: the certificate has to be one that everybody's browser accepts. */
export function askAddress(url: string, isStrict: boolean): Promise<AddressAnswer> {
  return new Promise((resolve) => {
    const heard = (response: IncomingMessage): void => {
      const { statusCode: status = 0, socket } = response;
      const shown = "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate() : null;
      const certificateUntil = shown === null ? null : Date.parse(shown.valid_to);
      const certificateSpan = shown === null ? null : Date.parse(shown.valid_to) - Date.parse(shown.valid_from);
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text = (text + piece).slice(0, MOST_CHARACTERS);
      });
      response.on("close", () => {
        resolve({ status, text: text.trim(), certificateUntil, certificateSpan });
      });
    };
    const options = { timeout: PATIENCE_MS, agent: false, rejectUnauthorized: isStrict };
    const request = url.startsWith("https:") ? getSecure(url, options, heard) : getPlain(url, options, heard);
    const late = setTimeout(() => {
      request.destroy(Object.assign(new Error("late"), { code: "ETIMEDOUT" }));
    }, PATIENCE_MS);
    request.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ failed: error.code ?? "EPROTO" });
    });
    request.on("close", () => {
      clearTimeout(late);
    });
  });
}
