import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeCrypto } from "@conclave/crypto/node";
import { proofToJson, type Receipt } from "@conclave/protocol";
import { headReceiptBytes, nextLogHead, RoomTag } from "@conclave/wire";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "./processes.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-proof-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const seed = bytes(1);
const relayKey = nodeCrypto.ed25519PublicKey(seed);

function head(fill: number, place: { n: number; head: Uint8Array } = { n: 5, head: bytes(fill) }): Receipt {
  const receipt = {
    roomTag: RoomTag.of(bytes(2)),
    ...place,
    time: 1000,
    availableFrom: 1,
    keyEpoch: 0,
    writeKey: new Uint8Array(32),
  };
  return { kind: "head", signed: { receipt, signature: nodeCrypto.ed25519Sign(seed, headReceiptBytes(receipt)) } };
}

async function check(proof: string) {
  const file = join(folder, "proof.json");
  writeFileSync(file, proof);
  const { code, stdout } = await run(["verify-proof", file, "--json"]);
  return { code, ...JSON.parse(stdout) };
}

describe("conclave verify-proof", () => {
  it("RULE cli.proof-checked: two contradicting receipts of one relay are a proof; anything less is none", async () => {
    const holds = await check(proofToJson({ relayKey, first: head(3), second: head(4) }));
    expect(holds).toMatchObject({ code: 0, proved: "equivocation", relayKey: Buffer.from(relayKey).toString("hex") });
    const nothing = { code: 1, error: { code: "PROVES_NOTHING" } };
    expect(await check(proofToJson({ relayKey, first: head(3), second: head(3) }))).toMatchObject(nothing);
    const another = nodeCrypto.ed25519PublicKey(bytes(7));
    expect(await check(proofToJson({ relayKey: another, first: head(3), second: head(4) }))).toMatchObject(nothing);
    // Two places, and the record between them: it leads to the second head from another than the first.
    const later = nextLogHead((data) => nodeCrypto.hash("sha256", data), bytes(9), bytes(8));
    const apart = { relayKey, first: head(3), second: head(0, { n: 6, head: later }) };
    const path = { head: bytes(9), records: [bytes(8)] };
    expect(await check(proofToJson({ ...apart, path }))).toMatchObject({ code: 0, proved: "equivocation", between: 1 });
    expect(await check(proofToJson(apart))).toMatchObject(nothing);
    expect(await check("not JSON")).toMatchObject({ code: 1, error: { code: "NO_PROOF" } });
  });
});
