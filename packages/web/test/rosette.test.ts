import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { faceBytes, rosette, rosetteOf } from "../src/design/rosette.js";
import { colourOf, contrast } from "./colour.js";

const sha256 = (...bytes: Uint8Array[]) => createHash("sha256").update(Buffer.concat(bytes)).digest();
/** Keys that are the same in each run. */
const keyOf = (n: number) => createHmac("sha256", "face").update(String(n)).digest();
const drawn = (key: Uint8Array, size: number) => JSON.stringify(rosetteOf(key, size).strokes);

describe("a face from a fingerprint", () => {
  it("is made of the digest that the words of the fingerprint come from", () => {
    const label = Buffer.from("conclave/fingerprint/person/v1");
    const digest = sha256(Uint8Array.of(label.length), label, Uint8Array.of(32), keyOf(1));
    expect(Buffer.from(faceBytes(keyOf(1)))).toEqual(sha256(digest));
  });

  it("is the same in every version: the vectors of decision 45", () => {
    const hash = (key: Uint8Array, size: number) =>
      sha256(Buffer.from(drawn(key, size)))
        .toString("hex")
        .slice(0, 16);
    const vectors = [new Uint8Array(32), new Uint8Array(32).fill(255), keyOf(7)];
    expect(vectors.map((key) => [rosetteOf(key, 96).hue, hash(key, 96), hash(key, 24)])).toEqual([
      [75, "6740d837d3e94574", "d7eb884b7a4579be"],
      [0, "0a8b31568c7a7455", "d09d5ec3be6dc21d"],
      [90, "482574e533b94bef", "71431f3368a5ecfc"],
    ]);
    expect(rosette(Uint8Array.of(0, 0, 0, 0, 2, 1, 0, 2, 0, 2, 0, 1, 0), true)).toMatchInlineSnapshot(`
      {
        "hue": 0,
        "strokes": [
          {
            "d": "M-50 0A50 50 0 1 1 50 0A50 50 0 1 1 -50 0Z",
            "fill": "oklch(0.54 0.115 0)",
          },
          {
            "d": "M0 -46L16.5 -25.3L0 0L-16.5 -25.3ZM-39.8 23L-30.2 -1.6L0 0L-13.7 26.9Z",
            "fill": "oklch(0.91 0.055 70)",
          },
          {
            "d": "M39.8 23L13.7 26.9L0 0L30.2 -1.6Z",
            "fill": "oklch(0.83 0.14 240)",
          },
          {
            "d": "M-12 0A12 12 0 1 1 12 0A12 12 0 1 1 -12 0Z",
            "fill": "oklch(0.28 0.07 0)",
          },
          {
            "d": "M-5.3 0A5.3 5.3 0 1 1 5.3 0A5.3 5.3 0 1 1 -5.3 0Z",
            "fill": "oklch(0.83 0.14 240)",
          },
        ],
      }
    `);
  });

  it("is another flower when one bit of the key is another, in small too", () => {
    const key = keyOf(3);
    for (const size of [96, 24]) {
      const faces = new Set([drawn(key, size)]);
      for (let bit = 0; bit < 256; bit++) {
        const other = Uint8Array.from(key);
        other[bit >> 3]! ^= 1 << (bit & 7);
        faces.add(drawn(other, size));
      }
      expect(faces.size).toBe(257);
    }
  });

  it("is hardly ever that of somebody else among 20,000", { timeout: 60_000 }, () => {
    const [large, small] = [new Set<string>(), new Set<string>()];
    for (let n = 0; n < 20_000; n++) {
      const bytes = faceBytes(keyOf(n));
      large.add(JSON.stringify(rosette(bytes, false)));
      small.add(JSON.stringify(rosette(bytes, true)));
    }
    expect(large.size).toBeGreaterThan(19_980);
    expect(small.size).toBeGreaterThan(19_800);
  });

  it("has a ground that is seen on the panes of both themes", () => {
    const [white, dark] = ["#ffffff", "#191e1c"].map((each) => colourOf(each, new Map(), false));
    for (let hue = 0; hue < 24; hue++) {
      for (let tone = 0; tone < 3; tone++) {
        const [ground] = rosette(Uint8Array.of(hue, 0, 0, tone, 0, 0, 0, 0, 0, 0, 0, 0, 0), true).strokes;
        const colour = colourOf(ground!.fill, new Map(), false);
        for (const pane of [white!, dark!]) expect(contrast(colour, pane), ground!.fill).toBeGreaterThan(3);
      }
    }
  });
});
