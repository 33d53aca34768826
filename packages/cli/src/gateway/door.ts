import { fromHex } from "@conclave/codec";
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { githubText, objectOf } from "./githubText.js";
import type { Party, PartyDirection } from "./party.js";
import { partyKeyOf } from "./partyKeys.js";
import { openPacket, readPacket } from "./sealedPacket.js";

/** A request as it came to one of the doors. */
export type Knock =
  /** `proof`: `PARTY:COUNTER:HEX` as in the header Conclave-Mac. */
  | { readonly way: "mac"; readonly proof: string; readonly body: Uint8Array }
  | { readonly way: "sealed"; readonly body: Uint8Array }
  | {
      readonly way: "github";
      readonly party: string;
      readonly signature: string;
      readonly event: string;
      readonly body: Uint8Array;
    }
  | { readonly way: "token"; readonly party: string; readonly token: string; readonly body: Uint8Array };

/** What a party has said, with the proof that it was this party already checked. */
export interface Heard {
  readonly party: Party;
  /** Rises with each packet of the party; null at a door that has none. */
  readonly counter: number | null;
  /** What proves the packet, as a digest: the same for the same packet. Null where a door cannot tell packets apart. */
  readonly digest: Uint8Array | null;
  /** Null when what was said cannot be a message: no UTF-8, empty, or too long. */
  readonly text: string | null;
}

/** Longest text of a party, in bytes of UTF-8. */
export const LONGEST_TEXT_BYTES = 32 * 1024;
const MAC_HEADER = /^([0-9a-f]{16}):(\d{1,16}):([0-9a-f]{64})$/iu;
const PARTY = /^[0-9a-f]{16}$/iu;
const SIGNATURE = /^sha256=([0-9a-f]{64})$/iu;
// It costs as much to refuse an unknown party as a known one.
const NOBODY: Pick<Party, "id" | "secret"> = { id: new Uint8Array(8), secret: randomBytes(32) };

/**
 * The party that makes a request, and what it says; null if there is none: an unknown or revoked party, a wrong or missing
 * proof, or a door that is not the party's.
 *
 * RULE: gateway.refused-alike: somebody who knocks without a key learns nothing from the refusal (attack A133).
 */
export function open(find: (id: Uint8Array) => Party | null, knock: Knock): Heard | null {
  switch (knock.way) {
    case "mac":
      return openMac(find, knock.proof, "in", knock.body);
    case "sealed":
      return openSealed(find, knock.body);
    case "github":
      return openGithub(find, knock);
    case "token":
      return openToken(find, knock);
  }
}

/** The party that asks to hear what comes `after`; null if it is no party's request, or that party has no right to hear. */
export function openHearing(find: (id: Uint8Array) => Party | null, proof: string, after: string): Party | null {
  const heard = openMac(find, proof, "out", Buffer.from(after));
  return heard?.party.hearsFrom == null ? null : heard.party;
}

function openMac(
  find: (id: Uint8Array) => Party | null,
  proof: string,
  use: "in" | "out",
  body: Uint8Array,
): Heard | null {
  const [, id = "", digits = "", mac = ""] = MAC_HEADER.exec(proof.trim()) ?? [];
  const counter = Number(digits);
  const party = partyAt(find, id, use === "in" ? ["mac"] : ["mac", "sealed"]);
  // RULE: gateway.mac-covers: direction, counter and body are under one MAC, each told apart from the next (attack A133).
  const signed = Buffer.concat([Buffer.from(`${use}\n${digits}\n`), body]);
  if (!isMac(partyKeyOf(party ?? NOBODY, "mac"), signed, mac) || !party || !Number.isSafeInteger(counter)) return null;
  return { party, counter, digest: hash(fromHex(mac.toLowerCase())), text: textOf(body) };
}

function openSealed(find: (id: Uint8Array) => Party | null, body: Uint8Array): Heard | null {
  const packet = readPacket(body);
  if (!packet) return null;
  const found = find(packet.party);
  const party = found?.way === "sealed" ? found : null;
  const opened = openPacket(partyKeyOf(party ?? NOBODY, "sealed"), packet);
  if (!opened || !party) return null;
  return { party, counter: packet.counter, digest: hash(body), text: textOf(opened) };
}

function openGithub(
  find: (id: Uint8Array) => Party | null,
  { party: id, signature, event, body }: Extract<Knock, { way: "github" }>,
): Heard | null {
  const party = partyAt(find, id, ["github"]);
  const [, mac = ""] = SIGNATURE.exec(signature) ?? [];
  // GitHub takes its secret as text: the key in hexadecimal digits.
  const secret = Buffer.from(partyKeyOf(party ?? NOBODY, "github").toString("hex"));
  if (!isMac(secret, body, mac) || !party) return null;
  // The delivery's id is not signed: what tells two deliveries apart is what they say.
  return { party, counter: null, digest: hash(fromHex(mac.toLowerCase())), text: githubText(event, body) };
}

function openToken(
  find: (id: Uint8Array) => Party | null,
  { party: id, token, body }: Extract<Knock, { way: "token" }>,
): Heard | null {
  const party = partyAt(find, id, ["token"]);
  const wanted = partyKeyOf(party ?? NOBODY, "token").toString("base64url");
  if (!timingSafeEqual(hash(Buffer.from(wanted)), hash(Buffer.from(token))) || !party) return null;
  const payload = objectOf(body);
  const text = typeof payload?.["text"] === "string" ? textOf(Buffer.from(payload["text"])) : null;
  return { party, counter: null, digest: null, text };
}

function partyAt(find: (id: Uint8Array) => Party | null, id: string, ways: readonly PartyDirection[]): Party | null {
  const party = PARTY.test(id) ? find(fromHex(id.toLowerCase())) : null;
  return party && ways.includes(party.way) ? party : null;
}

function isMac(key: Uint8Array, signed: Uint8Array, mac: string): boolean {
  const right = createHmac("sha256", key).update(signed).digest();
  const given = mac.length === 64 ? Buffer.from(mac, "hex") : Buffer.alloc(32);
  return timingSafeEqual(right, given) && mac.length === 64;
}

function textOf(body: Uint8Array): string | null {
  if (body.length > LONGEST_TEXT_BYTES) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return text.trim() === "" ? null : text;
  } catch {
    return null;
  }
}

function hash(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
