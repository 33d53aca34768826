import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { openBeacon, signBeacon } from "../evidence/beacon.js";
import { openDeviceCert } from "../identity/deviceCert.js";
import { openLeafCert } from "../identity/leafCert.js";
import { readInviteProof } from "../invite/inviteProof.js";
import { readReseatProof } from "../invite/reseatProof.js";
import { SshKey } from "../invite/sshKey.js";
import { isSignedBySsh, sshJoinMessage, sshSignedBytes } from "../invite/sshSignature.js";
import { openLetter, readLetterText, sealLetter, signLetter } from "../room/approvalLetter.js";
import { encodeAction } from "../roster/action.js";
import { openApproval } from "../roster/approval.js";
import { Chain } from "../roster/chain.fixture.js";
import { decodeEntry, isSignedByAuthor } from "../roster/entry.js";
import { openFarewell } from "../roster/farewell.js";
import { ROOM_VERSION } from "../roster/version.js";
import { labelledHash } from "./digest.js";
import { signBody, signedContent } from "./signed.js";

// Every label in the packages whose structures meet under the same keys or hashes.
const packages = ["protocol", "wire", "crypto"].map((name) =>
  path.resolve(import.meta.dirname, `../../../${name}/src`),
);

/** Each label, and the files that name it. */
function labels(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const folder of packages)
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
      const code = readFileSync(path.join(folder, file), "utf8").replaceAll(/^\s*(\/\/|\*|\/\*).*$/gmu, "");
      for (const [, label] of code.matchAll(/["`](conclave\/[^"`]+)["`]/gu))
        found.set(label!, (found.get(label!) ?? new Set()).add(path.join(path.basename(path.dirname(folder)), file)));
    }
  return found;
}

describe("labels", () => {
  it("A101: RULE signed.label: each label is one file's, and none of them is the beginning of another", () => {
    const all = labels();
    expect(all.size).toBeGreaterThan(30);
    for (const [label, files] of all) expect([label, [...files]]).toEqual([label, [[...files][0]]]);
    for (const label of all.keys()) {
      // Labels are written behind their length, so one that only begins like another is a different text; a label that is
      // an MLS exporter's is hashed there behind a length as well. Those that end in a version never begin another.
      const longer = [...all.keys()].filter((other) => other !== label && other.startsWith(label));
      expect([label, longer]).toEqual([label, /\/v\d+$/u.test(label) ? [] : longer]);
      // The length is one byte, and what a leaf key signs for MLS begins with "MLS 1.0 " (RFC 9420 §5.1.2).
      expect(label.length).toBeLessThan(64);
      expect(label).toMatch(/^conclave\/[a-z0-9${}/-]+$/u);
    }
  });

  it("RULE signed.label: bytes signed under one label are of no other kind", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    const { roomId, seq, head } = chain.roster;
    const join = { roomId, inviteId: chain.terms("x").inviteId, person: bob.person, leaf: bob.leaf };
    const letterRoom = { roomId, roomTag: RoomTag.of(roomId), rosterKey: { generation: 0, key: head } };
    const provider = { crypto, random: (length: number) => new Uint8Array(length) };
    const kinds: Record<string, [bytes: Uint8Array, opens: (bytes: Uint8Array) => boolean]> = {
      deviceCert: [bob.device.deviceCert, (bytes) => openDeviceCert(crypto, bytes) !== null],
      leafCert: [chain.certOf(bob), (bytes) => openLeafCert(crypto, bytes) !== null],
      entry: [
        chain.must(chain.alice, { type: "tick" }).entry.bytes,
        (bytes) => {
          const decoded = decodeEntry(crypto, bytes, ROOM_VERSION);
          return decoded.ok && isSignedByAuthor(crypto, decoded.value);
        },
      ],
      approval: [chain.approval(bob, { type: "tick" }), (bytes) => openApproval(crypto, bytes) !== null],
      approvalLetter: [
        signLetter(crypto, bob.leafSeed, {
          ...{ n: 1, action: encodeAction({ type: "tick" }), approval: chain.approval(bob, { type: "tick" }) },
        }),
        (bytes) => openLetter(crypto, letterRoom, readLetterText(sealLetter(provider, letterRoom, bytes))!) !== null,
      ],
      farewell: [chain.farewell(bob), (bytes) => openFarewell(crypto, bytes) !== null],
      inviteProof: [
        chain.proof("x", bob),
        (bytes) => readInviteProof(bytes)?.isSignedBy(crypto, chain.terms("x").joinPub) === true,
      ],
      reseatProof: [
        chain.reseatProof(bob, chain.again(bob)),
        (bytes) => readReseatProof(bytes)?.isBy(crypto, bob.leaf) === true,
      ],
      sshJoin: [
        crypto.ed25519Sign(bob.leafSeed, sshSignedBytes(crypto, sshJoinMessage(join), "sha512")),
        (bytes) =>
          isSignedBySsh(crypto, join, { key: SshKey.of(bob.leaf), hash: "sha512", signature: bytes.slice(-64) }),
      ],
      beacon: [
        signBeacon(crypto, bob.leafSeed, {
          roomTag: RoomTag.of(roomId),
          seq,
          head,
          epoch: 1,
          epochMark: head,
          time: 1,
        }),
        (bytes) => openBeacon(crypto, bytes) !== null,
      ],
    };
    for (const [kind, [bytes]] of Object.entries(kinds))
      for (const [reader, [, opens]] of Object.entries(kinds))
        expect([kind, reader, opens(bytes)]).toEqual([kind, reader, kind === reader]);
  });

  it("RULE signed.label: the same bytes signed under another label are refused", () => {
    const chain = new Chain(crypto);
    const farewell = chain.farewell(chain.alice);
    // body<V> || signature: two bytes of length, 96 of body.
    const body = farewell.slice(2, 98);
    expect(openFarewell(crypto, signBody(crypto, chain.alice.leafSeed, "conclave/farewell/v1", body))).not.toBeNull();
    expect(openFarewell(crypto, signBody(crypto, chain.alice.leafSeed, "conclave/approval/v1", body))).toBeNull();
  });

  it("no split of label and parts reads as another", () => {
    const [a, b] = [new Uint8Array([1]), new Uint8Array([2])];
    const hashes = [
      labelledHash(crypto, "ab", a, b),
      labelledHash(crypto, "ab", new Uint8Array([1, 2])),
      labelledHash(crypto, "ab", a, b, new Uint8Array(0)),
      labelledHash(crypto, "a", new Uint8Array([98]), a, b),
    ];
    expect(new Set(hashes.map(String)).size).toBe(hashes.length);
    expect(signedContent("ab", a)).not.toEqual(signedContent("a", new Uint8Array([98, 1])));
  });
});
