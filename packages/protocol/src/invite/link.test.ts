import { crc32 } from "node:zlib";
import { concatBytes, encode, fromBase64url, toBase64url, u32 } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { RoomId } from "../encoding/ids.js";
import { inviteLink, type InviteLink, linkLetters, linkSecret, parseLink } from "./link.js";

const bytes = (n: number) => new Uint8Array(32).fill(n);
const linkTo = (relay: string): InviteLink => ({
  ...{ roomId: RoomId.of(bytes(1)), secret: bytes(2), floor: { seq: 7, head: bytes(3) }, relay },
});
const link = linkTo("wss://chat.example.org");

describe("an invite link", () => {
  it("RULE link.fragment: holds everything behind the #, whichever way the address ends", () => {
    for (const host of ["https://chat.example.org", "https://chat.example.org/", "https://chat.example.org//"]) {
      const text = inviteLink(host, link);
      expect(text).toBe(`https://chat.example.org/#/join/${linkSecret(link)}`);
      expect(parseLink(text)).toEqual(link);
    }
  });

  it("is read with the spaces around it, or without an address", () => {
    for (const text of [linkSecret(link), ` \n${linkSecret(link)}\n `, `conclave join ${linkSecret(link)}`]) {
      expect(parseLink(text)).toEqual(link);
    }
  });

  it("is read behind an address that holds v1. itself", () => {
    expect(parseLink(inviteLink("https://v1.example.org", link))).toEqual(link);
  });

  it("RULE link.whole: that lost or changed a letter is none", () => {
    const secret = linkSecret(link);
    for (let at = 3; at < secret.length; at++) {
      const other = secret[at] === "A" ? "B" : "A";
      expect(parseLink(secret.slice(0, at) + other + secret.slice(at + 1))).toBeNull();
      expect(parseLink(secret.slice(0, at) + secret.slice(at + 1))).toBeNull();
    }
    for (const text of [
      "",
      "v1.",
      "v1.!",
      secret.slice(3),
      secret.slice(1),
      `v2.${secret.slice(3)}`,
      `${secret} `.repeat(30),
    ]) {
      expect(parseLink(text)).toBeNull();
    }
  });

  it("leads to a WebSocket address and to nothing else", () => {
    for (const relay of ["ws://127.0.0.1:1", "wss://chat.example.org/r"]) {
      expect(parseLink(linkSecret(linkTo(relay)))?.relay).toBe(relay);
    }
    for (const relay of ["", "wss://", "http://chat.example.org", "xwss://a", "wss://a b", "wss://a#b", "wsss://a"]) {
      expect(parseLink(linkSecret(linkTo(relay)))).toBeNull();
    }
  });

  it("of a long address is still one, and a text longer than any link is not looked at", () => {
    const long = linkTo(`wss://${"a".repeat(506)}`);
    expect(parseLink(linkSecret(long))).toEqual(long);
    expect(parseLink(`${"x".repeat(2048)}${linkSecret(link)}`)).toBeNull();
    expect(parseLink(`${"x".repeat(2048 - linkSecret(link).length)}${linkSecret(link)}`)).toEqual(link);
  });

  it("says in its beginning how long it is", () => {
    for (const length of [1, 62, 63, 64, 65, 66, 67, 300, 512]) {
      const letters = linkSecret(linkTo("w".repeat(length))).slice(3);
      expect(linkLetters(`${letters}andTheNextWord`)).toBe(letters.length);
      expect(linkLetters(letters.slice(0, 144))).toBe(letters.length);
      expect(linkLetters(letters.slice(0, 143))).toBeNull();
    }
    expect(linkLetters("")).toBeNull();
    expect(linkLetters("!".repeat(144))).toBeNull();
    const head = (...length: number[]) =>
      toBase64url(concatBytes(new Uint8Array(104), Uint8Array.from(length), bytes(0)));
    // No text is as long as 513 bytes, and none has its length in four bytes.
    expect(linkLetters(head(0x42, 0x01))).toBeNull();
    expect(linkLetters(head(0x42, 0x00))).not.toBeNull();
    expect(linkLetters(head(0x80, 0x00))).toBeNull();
  });

  it("with bytes behind it is none, though their sum is right", () => {
    const whole = fromBase64url(linkSecret(link).slice(3))!;
    const longer = concatBytes(whole.subarray(0, -4), Uint8Array.of(0));
    const summed = (bytes: Uint8Array) => `v1.${toBase64url(concatBytes(bytes, encode(crc32(bytes), u32.write)))}`;
    expect(parseLink(summed(whole.subarray(0, -4)))).toEqual(link);
    expect(parseLink(summed(longer))).toBeNull();
  });
});
