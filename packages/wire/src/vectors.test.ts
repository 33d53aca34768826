import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromHex, toHex } from "@conclave/codec";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { clientFrames } from "./clientFrame.js";
import {
  decodeClientMessage,
  decodeCommitReceipt,
  decodeHeadReceipt,
  decodeRelayMessage,
  DEFAULT_LIMITS,
  encodeClientFrame,
  encodeCommitReceipt,
  encodeHeadReceipt,
  encodeRelayFrame,
  type ClientFrame,
  type RelayFrame,
} from "./index.js";
import { relayFrames } from "./relayFrame.js";
import { CLIENT_FRAMES, OTHERS, RELAY_FRAMES, WHOLE_CHUNK } from "./vectors.fixture.js";

const folder = path.resolve(import.meta.dirname, "../vectors");
const write = process.env["CONCLAVE_WRITE_VECTORS"] === "1";

interface Vector {
  frame: { type: string };
  bytes: string;
}

const client = (bytes: Uint8Array) => decodeClientMessage(bytes, DEFAULT_LIMITS);
const relay = (bytes: Uint8Array) => decodeRelayMessage(bytes, DEFAULT_LIMITS.messageBytes);

/** A value as JSON has it, bytes as hexadecimal. */
const told = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? toHex(each) : each))) as unknown;
const vectorsOf = <F>(frames: readonly F[], encode: (frame: F) => Uint8Array) =>
  frames.map((frame) => ({ frame: told(frame), bytes: toHex(encode(frame)) }));

describe("vectors", () => {
  if (write)
    it("are written", async () => {
      mkdirSync(folder, { recursive: true });
      await save("clientFrames", vectorsOf(CLIENT_FRAMES, encodeClientFrame));
      await save("relayFrames", vectorsOf(RELAY_FRAMES, encodeRelayFrame));
      await save("others", told(OTHERS));
    });

  it("encode gives the bytes of the file", () => {
    expect(vectorsOf(CLIENT_FRAMES, encodeClientFrame)).toEqual(read("clientFrames"));
    expect(vectorsOf(RELAY_FRAMES, encodeRelayFrame)).toEqual(read("relayFrames"));
    expect(told(OTHERS)).toEqual(read("others"));
    const hash = createHash("sha256").update(encodeClientFrame(WHOLE_CHUNK)).digest("hex");
    expect(hash).toBe("089215e9b0370fa3f1d8d0b60971d81cfaebb200d4ec552aed2d0310be72eb0a");
  });

  it("decode gives the value of the file", () => {
    for (const { frame, bytes } of read("clientFrames") as Vector[]) {
      const decoded = client(fromHex(bytes));
      expect(told(decoded)).toEqual({ ok: true, value: [frame] });
      if (decoded.ok) expect(toHex(encodeClientFrame(decoded.value[0] as ClientFrame))).toBe(bytes);
    }
    for (const { frame, bytes } of read("relayFrames") as Vector[]) {
      const decoded = relay(fromHex(bytes));
      expect(told(decoded)).toEqual({ ok: true, value: [frame] });
      if (decoded.ok) expect(toHex(encodeRelayFrame(decoded.value[0] as RelayFrame))).toBe(bytes);
    }
    const others = read("others") as Record<string, string>;
    const commit = others["commit receipt as it is kept"]!;
    const kept = decodeCommitReceipt(fromHex(commit));
    expect(kept.ok && toHex(encodeCommitReceipt(kept.value))).toBe(commit);
    const head = others["head receipt as it is kept"]!;
    const keptHead = decodeHeadReceipt(fromHex(head));
    expect(keptHead.ok && toHex(encodeHeadReceipt(keptHead.value))).toBe(head);
  });

  it("nothing decodes from a part of a frame, or from more than one", () => {
    for (const [name, decode] of [
      ["clientFrames", client],
      ["relayFrames", relay],
    ] as const) {
      for (const { frame, bytes } of read(name) as Vector[]) {
        const whole = fromHex(bytes);
        for (let length = 1; length < whole.length; length += whole.length > 2000 ? 97 : 1)
          expect([frame.type, length, decode(whole.subarray(0, length)).ok]).toEqual([frame.type, length, false]);
      }
    }
  });

  it("every kind of frame has one", () => {
    const kinds = (name: string) => [...new Set((read(name) as Vector[]).map(({ frame }) => frame.type))].sort();
    expect(kinds("clientFrames")).toEqual(clientFrames.types.sort());
    expect(kinds("relayFrames")).toEqual(relayFrames.types.sort());
  });
});

async function save(name: string, vectors: unknown): Promise<void> {
  const text = await format(JSON.stringify(vectors), { parser: "json", printWidth: 120 });
  writeFileSync(path.join(folder, `${name}.json`), text);
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8"));
}
