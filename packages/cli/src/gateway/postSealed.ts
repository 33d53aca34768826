import { fromHex } from "@conclave/codec";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { setTimeout as later } from "node:timers/promises";
import { certificateError } from "../session/reach.js";
import { CliError, usageError } from "../cliError.js";
import { unreadableFile } from "../terminal/fileFault.js";
import { sealPacket } from "./sealedPacket.js";

const KEY_LINE = /^([0-9a-f]{16}):([0-9a-f]{64})\s*$/u;
const TRIES = 3;
const PAUSE_MS = 1000;
const PATIENCE_MS = 10_000;
const COME_AGAIN: ReadonlySet<number> = new Set([429, 503]);

/**
 * Seals a text with the key in a file and brings it to a gateway. Resolves with the id of the room's message. The same packet
 * is tried again if no answer comes: the gateway takes it only once.
 * @throws CliError USAGE, UNREACHABLE, or what the gateway refused it with
 */
export async function postSealed(keyFile: string, gatewayUrl: string, text: string): Promise<string> {
  const [, party = "", key = ""] = KEY_LINE.exec(readKey(keyFile)) ?? [];
  if (key === "")
    throw usageError("There is no key in that file.", "It must contain the line that gateway add printed.");
  if (!URL.canParse("in", gatewayUrl)) throw usageError("--to is not an address.", "For example http://127.0.0.1:4440");
  const packet = sealPacket(fromHex(key), fromHex(party), nextCounter(`${keyFile}.counter`), Buffer.from(text));
  const url = new URL("in", gatewayUrl.endsWith("/") ? gatewayUrl : `${gatewayUrl}/`);
  for (let attempt = 1; ; attempt++) {
    const answer = await send(url, packet);
    if (answer?.status === 202) return answer.id;
    const fault = answer === null ? await certificateError(`the gateway at ${url.origin}`, url.origin) : null;
    if (fault !== null) throw fault;
    if (attempt === TRIES || (answer && !COME_AGAIN.has(answer.status))) throw refusal(answer?.status ?? null, url);
    await later(PAUSE_MS * attempt);
  }
}

async function send(url: URL, body: Uint8Array): Promise<{ readonly status: number; readonly id: string } | null> {
  try {
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) });
    const answer = (await response.json()) as { readonly id?: unknown };
    return { status: response.status, id: typeof answer.id === "string" ? answer.id : "" };
  } catch {
    return null;
  }
}

function refusal(status: number | null, url: URL): CliError {
  switch (status) {
    case null:
      return new CliError(
        "UNREACHABLE",
        `No gateway answers at ${url.origin}. It may have received this all the same.`,
      );
    case 400:
      return new CliError("TOO_LONG", "The gateway takes texts of at most 32 KiB. Nothing was sent.");
    case 413:
      return new CliError("TOO_LONG", "The gateway takes texts of at most 32 KiB. Nothing was sent.");
    case 429:
      return new CliError(
        "RATE_LIMITED",
        "That is more than this party can send in a minute. Nothing was sent.",
        "Try again later.",
      );
    case 503:
      return new CliError("NOT_TAKEN", "The gateway cannot take messages for its room now. Nothing was sent.");
    default:
      return new CliError(
        "GATEWAY_REFUSED",
        "The gateway refused it: the key was revoked, is not a key of this gateway, or was used on two machines.",
        "Ask the person who runs the gateway to add the party again.",
      );
  }
}

function readKey(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

/**
 * The next counter of a key: durable before it is used.
 *
 * RULE: gateway.nonce-once: a counter is never used for two texts, also after a crash, or where the clock went back.
 */
function nextCounter(file: string): number {
  let before = 0;
  try {
    before = Number(readFileSync(file, "utf8"));
  } catch {
    // The first one.
  }
  const next = Math.max(Number.isSafeInteger(before) ? before + 1 : 1, Date.now() * 1000);
  const written = openSync(`${file}.new`, "w", 0o600);
  writeSync(written, String(next));
  fsyncSync(written);
  closeSync(written);
  renameSync(`${file}.new`, file);
  return next;
}
