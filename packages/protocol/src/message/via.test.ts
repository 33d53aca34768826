import { fromHex, utf8Bytes } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { decodeGatewayNotice, decodeVia, encodeGatewayNotice, encodeVia, isPartyLabel } from "./via.js";

const party = fromHex("0102030405060708");

describe("what an outside party says through a member's gateway", () => {
  it("reads back as it was written", () => {
    const via = { party, label: "build server", text: "build 9 failed 🔥" };
    expect(decodeVia(encodeVia(via))).toEqual(via);
  });

  it("has these bytes", () => {
    expect(encodeVia({ party, label: "ci", text: "ok" })).toEqual(fromHex("0001010203040506070802636902" + "6f6b"));
  });

  it("RULE message.via-label: a label that could hide or turn the text around it, or is too long, is no label", () => {
    for (const label of ["", " ci", "c\u202ei", "c\ni", "x".repeat(65)]) {
      expect(isPartyLabel(label)).toBe(false);
      expect(decodeVia(encodeVia({ party, label, text: "hello" }))).toBeNull();
      expect(decodeGatewayNotice(encodeGatewayNotice([{ party, label, hears: false }]))).toBeNull();
    }
  });

  it("may have a label of 64 bytes, however many letters those are", () => {
    for (const label of ["x".repeat(64), "ä".repeat(32)]) {
      expect(isPartyLabel(label)).toBe(true);
      expect(decodeVia(encodeVia({ party, label, text: "hello" }))?.label).toBe(label);
    }
    expect(isPartyLabel(`${"ä".repeat(32)}x`)).toBe(false);
  });

  it("is nothing when it is empty, of another version, or has bytes after its end", () => {
    const bytes = encodeVia({ party, label: "ci", text: "ok" });
    expect(decodeVia(encodeVia({ party, label: "ci", text: "" }))).toBeNull();
    expect(decodeVia(Uint8Array.of(0, 2, ...bytes.slice(2)))).toBeNull();
    expect(decodeVia(Uint8Array.of(...bytes, 0))).toBeNull();
    expect(decodeVia(utf8Bytes("build 9 failed"))).toBeNull();
  });

  it("a notice names every party and who hears", () => {
    const parties = [
      { party, label: "build server", hears: true },
      { party: fromHex("ffffffffffffffff"), label: "sensor", hears: false },
    ];
    expect(decodeGatewayNotice(encodeGatewayNotice(parties))).toEqual(parties);
    expect(decodeGatewayNotice(encodeGatewayNotice([]))).toEqual([]);
    expect(decodeGatewayNotice(encodeVia({ party, label: "ci", text: "ok" }))).toBeNull();
  });
});
