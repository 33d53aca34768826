import { decode, encode, type Reader, toHex, type Writer } from "@conclave/codec";

// In the notation of RFC 8446:  struct { opaque name<V>; uint32 scores<V>; } Player;
interface Player {
  readonly name: string;
  readonly scores: readonly number[];
}

function writePlayer(writer: Writer, { name, scores }: Player): void {
  writer.text(name).vector(scores, (w, score) => w.u32(score));
}

function readPlayer(reader: Reader): Player {
  const name = reader.text(32, "name");
  return { name, scores: reader.vector((r) => r.u32("score"), 100, "scores") };
}

const bytes = encode({ name: "Ada", scores: [7, 300] }, writePlayer);
console.log(toHex(bytes));

const player = decode(bytes, readPlayer);
if (player.ok) console.log(player.value.name, player.value.scores.join(" and "));

// One value has one encoding: truncated input and trailing bytes are both refused.
const short = decode(bytes.subarray(0, 8), readPlayer);
if (!short.ok) console.log("cut short:", short.error.fault);
const long = decode(Uint8Array.of(...bytes, 0), readPlayer);
if (!long.ok) console.log("a byte more:", long.error.fault);
