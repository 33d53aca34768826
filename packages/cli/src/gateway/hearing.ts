import { decodeFileCard, decodeVia, type RoomSession, type TimelineMessage } from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import { createCipheriv, createHmac, randomBytes } from "node:crypto";
import type { Party } from "./party.js";
import { partyKeyOf } from "./partyKeys.js";

const PAGE = 100;
const decoder = new TextDecoder();

/**
 * What is new in the room for a party that may hear, each message encrypted for it alone: one line each,
 * `PLACE IV MAC CIPHERTEXT`. AES-256-CTR under the party's key, then HMAC-SHA256 of the line's other three parts joined by
 * line feeds: what curl and openssl can undo.
 */
export async function hear(room: RoomSession, party: Party, after: number): Promise<string[]> {
  const from = Math.max(after, party.hearsFrom ?? Number.MAX_SAFE_INTEGER);
  for (let at = from; ;) {
    const items = await room.timeline({ after: at, limit: PAGE });
    const inLog = items.filter(({ n }) => n > 0);
    const lines = inLog.flatMap((item) => {
      const text = item.kind === "message" && item.message.deleted === null ? spoken(item.message, party) : null;
      return text === null ? [] : [encrypted(party, item.n, text)];
    });
    const last = inLog.at(-1)?.n ?? at;
    if (lines.length > 0 || inLog.length < PAGE || last <= at) return lines;
    at = last;
  }
}

/** A message as a JSON object; null for what is not said, or was said by the party itself. */
function spoken({ n, kind, time, author, body, edited }: TimelineMessage, party: Party): string | null {
  const said = { n, time, author: author.name };
  if (kind === "text") return JSON.stringify({ ...said, kind, text: decoder.decode(edited?.body ?? body) });
  if (kind === "file") return JSON.stringify({ ...said, kind, text: decodeFileCard(body)?.name ?? "" });
  const via = kind === "via" ? decodeVia(body) : null;
  if (!via || equalBytes(via.party, party.id)) return null;
  return JSON.stringify({ ...said, kind, via: via.label, text: via.text });
}

function encrypted(party: Party, n: number, text: string): string {
  // RULE: gateway.fresh-iv: a message that is asked for twice, and was edited in between, never meets the same key stream
  // (attack A133).
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-ctr", partyKeyOf(party, "hear-encrypt"), iv);
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]).toString("base64");
  const parts = [String(n), iv.toString("hex"), ciphertext];
  const mac = createHmac("sha256", partyKeyOf(party, "hear-mac")).update(parts.join("\n")).digest("hex");
  return [parts[0], parts[1], mac, parts[2]].join(" ");
}
