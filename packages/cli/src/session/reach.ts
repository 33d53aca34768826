import type { RoomSession } from "@conclave/client";
import { CliError } from "../cliError.js";
import type { Output } from "../terminal/output.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { relayFault, webAddress } from "./relayAddress.js";

/** Nobody answers at the relay's address. */
export function unreachable(relay: string): CliError {
  return new CliError("UNREACHABLE", `The relay at ${relay} does not answer.`, hintOf(relay));
}

/** Why waiting for the relay at an address would not help, as an error; null if it may. */
export async function whyNoAnswer(relay: string): Promise<CliError | null> {
  const fault = await relayFault(relay);
  if (fault === null) return null;
  return fault.kind === "nobody" ? unreachable(relay) : untrusted(`the relay at ${relay}`, fault.code);
}

/** Resolves if it makes sense to wait for the relay at an address. @throws CliError UNREACHABLE, CERTIFICATE */
export async function mustAnswer(relay: string): Promise<void> {
  const error = await whyNoAnswer(relay);
  if (error !== null) throw error;
}

/** For a program that goes on trying: tells of each relay whose certificate this machine does not accept. */
export function tellUntrusted(rooms: readonly RoomSession[], tell: (error: CliError) => void): void {
  for (const relay of new Set(rooms.map((room) => webAddress(room.relay)))) {
    void certificateError(`the relay at ${relay}`, relay).then((error) => {
      if (error !== null) tell(error);
    });
  }
}

/** The same as a warning. */
export function warnOfUntrusted(output: Output, rooms: readonly RoomSession[]): void {
  tellUntrusted(rooms, ({ message, hint, code }) => {
    output.warn(hint === null ? message : `${message}\n${hint}`, code);
  });
}

/** The certificate of something at an address as an error, if this machine does not accept it; else null. */
export async function certificateError(what: string, address: string): Promise<CliError | null> {
  const fault = await relayFault(address);
  return fault?.kind === "certificate" ? untrusted(what, fault.code) : null;
}

function untrusted(what: string, code: string): CliError {
  const [why, hint] = CERTIFICATES[code] ?? [`nobody whom this machine trusts has signed it (${code})`, SIGNED];
  return new CliError("CERTIFICATE", `The certificate of ${what} is not accepted: ${why}.`, hint);
}

const SIGNED =
  "If an authority of your own signed it, name that one's certificate in NODE_EXTRA_CA_CERTS. If not, somebody may stand in between: ask the operator.";

const CERTIFICATES: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  CERT_HAS_EXPIRED: ["it has expired", "Look at this machine's clock. If it is right, ask the operator."],
  CERT_NOT_YET_VALID: ["its time has not begun", "Look at this machine's clock. If it is right, ask the operator."],
  CERT_REVOKED: ["it was revoked", "Ask the operator."],
  ERR_TLS_CERT_ALTNAME_INVALID: ["it is for another name", "Check the address. If it is right, ask the operator."],
};

function hintOf(relay: string): string {
  const isSecure = URL.canParse(relay) && /^(?:https|wss):$/u.test(new URL(relay).protocol);
  if (isOwnMachine(relay) && !isSecure)
    return `Is it running? To start it:  ${otherCommand("serve", ...portOf(relay))}`;
  return "Check your network and the address. If they are right, ask the relay's operator.";
}

function isOwnMachine(relay: string): boolean {
  return URL.canParse(relay) && /^(?:127\.[\d.]+|localhost|\[::1\])$/u.test(new URL(relay).hostname);
}

/** The port of an address, as an option, where `serve` would not use it by itself. */
function portOf(relay: string): string[] {
  const { port } = new URL(relay);
  const number = port === "" ? "80" : port;
  return number === "4430" ? [] : ["--port", number];
}
