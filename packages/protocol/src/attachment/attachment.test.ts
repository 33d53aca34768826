import { concatBytes, toHex } from "@conclave/codec";
import { committingSeal } from "@conclave/crypto";
import { nodeCrypto as crypto, systemRandom } from "@conclave/crypto/node";
import { BlobId } from "@conclave/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFileCard, encodeFileCard, isFileWords, thumbnailType, type FileCard } from "./fileCard.js";
import {
  fileLayout,
  largestFile,
  MAX_FILE_BYTES,
  OPEN_CHUNK_BYTES,
  paddedFileSize,
  SEALED_CHUNK_BYTES,
} from "./fileLayout.js";
import { contentLength, digestOf, openChunk, readHashes, sealChunk } from "./fileSeal.js";

const key = new Uint8Array(32).fill(7);

/** A file sealed as an upload does it. */
function sealed(content: Uint8Array, under = key) {
  const file = { key: under, size: content.length };
  const layout = fileLayout(content.length);
  const chunks = Array.from({ length: layout.chunks }, (_, index) =>
    sealChunk(crypto, file, index, content.slice(index * OPEN_CHUNK_BYTES, (index + 1) * OPEN_CHUNK_BYTES)),
  );
  return {
    file,
    layout,
    chunks,
    digest: digestOf(
      crypto,
      chunks.map(({ hash }) => hash),
    ),
  };
}

const open = ({ file, chunks }: ReturnType<typeof sealed>, index: number, bytes = chunks[index]!.bytes) =>
  openChunk(crypto, file, index, chunks[index]!.hash, bytes);

describe("a file's layout", () => {
  it("pads to one of eight sizes between two powers of two, by an eighth at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_FILE_BYTES }), (size) => {
        const padded = paddedFileSize(size);
        expect(padded).toBeGreaterThanOrEqual(size);
        expect(padded).toBeLessThanOrEqual(Math.max(4096, size * 1.125 + 1));
        expect(paddedFileSize(padded)).toBe(padded);
        expect(Number.isInteger(padded / 2 ** (Math.floor(Math.log2(padded)) - 3))).toBe(true);
      }),
    );
    expect([0, 1, 4096, 4097, 1_000_000].map(paddedFileSize)).toEqual([4096, 4096, 4096, 4608, 1_048_576]);
    const sizes = new Set(Array.from({ length: 2 ** 20 - 2 ** 19 }, (_, at) => paddedFileSize(2 ** 19 + 1 + at)));
    expect(sizes.size).toBe(8);
  });

  it("follows from the size alone: chunks as long as the relay's, and the list of their hashes", () => {
    expect(fileLayout(0)).toEqual({ chunks: 1, paddedSize: 4096, sealedSize: 4168, blobSize: 4200 });
    const layout = fileLayout(64 * 1024 * 1024);
    expect(layout).toMatchObject({ chunks: 1026, paddedSize: 2 ** 26 });
    expect(layout.blobSize).toBeLessThan(65 * 1024 * 1024);
    expect(SEALED_CHUNK_BYTES).toBe(65_536);
    expect(() => fileLayout(MAX_FILE_BYTES + 1)).toThrow(RangeError);
    expect(() => fileLayout(-1)).toThrow(RangeError);
  });

  it("the largest file for a relay's limit fits, and one byte more does not", () => {
    for (const limit of [4200, 100_000, 65 * 1024 * 1024]) {
      const most = largestFile(limit);
      expect(fileLayout(most).blobSize).toBeLessThanOrEqual(limit);
      expect(fileLayout(most + 1).blobSize).toBeGreaterThan(limit);
    }
    expect(largestFile(fileLayout(64 * 1024 * 1024).blobSize)).toBe(64 * 1024 * 1024);
    expect(largestFile(10)).toBe(0);
    expect(largestFile(Number.MAX_SAFE_INTEGER)).toBe(MAX_FILE_BYTES);
  });
});

describe("a file's chunks", () => {
  it("open to what was sealed, for any size", () => {
    for (const size of [
      0,
      1,
      4095,
      4096,
      OPEN_CHUNK_BYTES - 1,
      OPEN_CHUNK_BYTES,
      OPEN_CHUNK_BYTES + 1,
      3 * OPEN_CHUNK_BYTES,
      300_000,
    ]) {
      const content = systemRandom(size);
      const file = sealed(content);
      const lengths = file.chunks.map((_, index) => contentLength(file.layout, size, index));
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(size);
      expect(Buffer.compare(concatBytes(...file.chunks.map((_, index) => open(file, index)!)), content)).toBe(0);
      expect(file.chunks.map(({ bytes }) => bytes.length).reduce((a, b) => a + b)).toBe(file.layout.sealedSize);
      const list = concatBytes(...file.chunks.map(({ hash }) => hash));
      expect(readHashes(crypto, file.digest, file.layout.chunks, list)).toHaveLength(file.chunks.length);
    }
  });

  it("are pinned: the same file, key and place give the same bytes", () => {
    const content = Uint8Array.from({ length: 70_000 }, (_, at) => at & 255);
    expect(toHex(sealed(content).digest)).toBe("869238ba69795b4590c5685c716b9c2620ae4646f36ce915db84f1db887c5ac0");
  });

  it("A74: RULE file.hash: a chunk that a member sealed again under the file's own key is not the author's", () => {
    const file = sealed(systemRandom(100_000));
    const swapped = sealed(systemRandom(100_000));
    for (const index of [0, 1]) {
      expect(open(file, index, swapped.chunks[index]!.bytes)).toBeNull();
      expect(open(file, index)).not.toBeNull();
    }
    const hashes = swapped.chunks.map(({ hash }) => hash);
    expect(readHashes(crypto, file.digest, 2, concatBytes(...hashes))).toBeNull();
    const right = concatBytes(...file.chunks.map(({ hash }) => hash));
    expect(readHashes(crypto, file.digest, 2, right)).toHaveLength(2);
    expect(readHashes(crypto, file.digest, 1, right)).toBeNull();
  });

  it("A74: an altered bit anywhere, a longer or a shorter chunk opens nothing", () => {
    const file = sealed(systemRandom(5000));
    const { bytes } = file.chunks[0]!;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = bytes.slice();
        altered[at]! ^= flip;
        expect(open(file, 0, altered)).toBeNull();
      }),
    );
    for (const other of [bytes.slice(1), bytes.slice(0, -1), concatBytes(bytes, new Uint8Array(1)), new Uint8Array()]) {
      expect(open(file, 0, other)).toBeNull();
      expect(openChunk(crypto, file.file, 0, crypto.hash("sha256", other), other)).toBeNull();
    }
  });

  it("A74: RULE file.place: a chunk opens at its own place only, and as the last only where it was the last", () => {
    const content = new Uint8Array(3 * OPEN_CHUNK_BYTES).fill(1);
    const file = sealed(content);
    const [first, second] = [file.chunks[0]!, file.chunks[1]!];
    // The author's own list says so, and still: no chunk passes for another.
    expect(openChunk(crypto, file.file, 1, first.hash, first.bytes)).toBeNull();
    expect(openChunk(crypto, file.file, 1, second.hash, second.bytes)).not.toBeNull();
    const cut = { key, size: paddedFileSize(2 * OPEN_CHUNK_BYTES) };
    expect(fileLayout(cut.size).chunks).toBeLessThan(file.layout.chunks);
    expect(openChunk(crypto, cut, fileLayout(cut.size).chunks - 1, second.hash, second.bytes)).toBeNull();
  });

  it("A74: RULE file.padding: nothing stands behind the declared size", () => {
    const content = systemRandom(4096);
    const declared = { key, size: 4000 };
    const hidden = sealed(content).chunks[0]!;
    // Sealed as a file of 4,096 bytes; the card says 4,000, which has the same layout.
    expect(openChunk(crypto, declared, 0, hidden.hash, hidden.bytes)).toBeNull();
    const honest = sealChunk(crypto, declared, 0, content.slice(0, 4000));
    expect(openChunk(crypto, declared, 0, honest.hash, honest.bytes)).toEqual(content.slice(0, 4000));
  });

  it("A100: RULE file.committing: no ciphertext opens under a second key, even when its author built it and signed its hash", () => {
    const other = new Uint8Array(32).fill(8);
    const content = systemRandom(1000);
    const file = { key, size: content.length };
    const { bytes, hash } = sealChunk(crypto, file, 0, content);
    expect(openChunk(crypto, file, 0, hash, bytes)).toEqual(content);
    expect(openChunk(crypto, { ...file, key: other }, 0, hash, bytes)).toBeNull();
    // The commitment of the other key in front: then it is the first that does not open it.
    const nonce = bytes.slice(0, 24);
    const theirs = committingSeal(crypto, other, nonce, new Uint8Array(), new Uint8Array(4096)).slice(0, 32);
    const crafted = concatBytes(nonce, theirs, bytes.slice(24 + 32));
    const craftedHash = crypto.hash("sha256", crafted);
    for (const under of [key, other]) {
      expect(openChunk(crypto, { ...file, key: under }, 0, craftedHash, crafted)).toBeNull();
    }
  });

  it("one key never meets one nonce with two contents, though a file changes under an upload", () => {
    const [a, b] = [sealed(new Uint8Array(5000).fill(1)), sealed(new Uint8Array(5000).fill(2))];
    expect(toHex(a.chunks[0]!.bytes.slice(0, 24))).not.toBe(toHex(b.chunks[0]!.bytes.slice(0, 24)));
    const blocks = sealed(new Uint8Array(3 * OPEN_CHUNK_BYTES));
    expect(new Set(blocks.chunks.map(({ bytes }) => toHex(bytes.slice(0, 24)))).size).toBe(blocks.chunks.length);
  });
});

const webp = Uint8Array.from([0x52, 0x49, 0x46, 0x46, 1, 2, 3, 4, 0x57, 0x45, 0x42, 0x50, 9]);
const card: FileCard = {
  blobId: BlobId.of(new Uint8Array(32).fill(1)),
  key,
  digest: new Uint8Array(32).fill(2),
  size: 123_456,
  name: "garden.webp",
  mediaType: "image/webp",
  picture: { width: 1200, height: 800, thumbhash: new Uint8Array(20), thumbnail: webp },
  caption: "The beds in May",
};

describe("a file's card", () => {
  it("round-trips, with a picture and without", () => {
    for (const each of [card, { ...card, picture: null, caption: "", mediaType: "" }]) {
      expect(decodeFileCard(encodeFileCard(each))).toEqual(each);
    }
  });

  it("A81: RULE file.card-bounded: what is too long, or of no form, is no card", () => {
    const { picture } = card;
    const bad: Partial<FileCard>[] = [
      { name: "" },
      { name: "x".repeat(256) },
      { name: "é".repeat(128) },
      { mediaType: "text" },
      { mediaType: "text/html\r\nx: y" },
      { mediaType: `a/${"b".repeat(126)}` },
      { caption: "x".repeat(16 * 1024 + 1) },
      { size: MAX_FILE_BYTES + 1 },
      { picture: { ...picture!, width: 0 } },
      { picture: { ...picture!, thumbhash: new Uint8Array(33) } },
      { picture: { ...picture!, thumbnail: concatBytes(webp, new Uint8Array(24 * 1024)) } },
      { picture: { ...picture!, thumbnail: new TextEncoder().encode("<svg onload=alert(1)>") } },
    ];
    for (const change of bad) {
      expect([change, decodeFileCard(encodeFileCard({ ...card, ...change }))]).toEqual([change, null]);
      if (change.size === undefined) expect(isFileWords({ ...card, ...change })).toBe(false);
    }
    expect(isFileWords(card)).toBe(true);
    // As long as any may be.
    const longest: Partial<FileCard>[] = [
      { name: "x".repeat(255) },
      { name: `${"é".repeat(127)}x` },
      { mediaType: `a/${"b".repeat(125)}` },
      { caption: "x".repeat(16 * 1024) },
      { size: MAX_FILE_BYTES },
      { picture: { ...picture!, width: 1, height: 0xffff } },
      { picture: { ...picture!, thumbhash: new Uint8Array(32), thumbnail: new Uint8Array(0) } },
      { picture: { ...picture!, thumbnail: concatBytes(webp, new Uint8Array(24 * 1024 - webp.length)) } },
    ];
    for (const change of longest) {
      const each = { ...card, ...change };
      expect(isFileWords(each)).toBe(true);
      expect(decodeFileCard(encodeFileCard(each))).toEqual(each);
    }
    for (const side of [{ width: 0 }, { height: 0 }, { width: 0x1_0000 }, { height: 0x1_0000 }, { width: 1.5 }])
      expect(isFileWords({ ...card, picture: { ...picture!, ...side } })).toBe(false);
  });

  it("A80: any bytes, and any card with a byte changed, give a card or null, and a card's bytes are canonical", () => {
    const whole = encodeFileCard(card);
    const mutated = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, value]) => {
      const copy = whole.slice();
      copy[at] = value;
      return copy;
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          mutated,
          fc.nat(whole.length).map((n) => whole.slice(0, n)),
        ),
        (bytes) => {
          const decoded = decodeFileCard(bytes);
          if (decoded !== null) expect(encodeFileCard(decoded)).toEqual(bytes);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("a thumbnail is an image of three types by its first bytes, whatever the card says", () => {
    expect(thumbnailType(webp)).toBe("image/webp");
    expect(thumbnailType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe("image/jpeg");
    expect(thumbnailType(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toBe("image/png");
    for (const text of ["", "RIFF", "GIF89a", "<svg></svg>", "%PDF-1.7"]) {
      expect(thumbnailType(new TextEncoder().encode(text))).toBeNull();
    }
  });
});
