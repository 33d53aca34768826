import { crc32, deflateSync } from "node:zlib";
import { encode } from "uqr";

const QUIET = 4;

/** A QR code as rows of light (255) and dark (0), `scale` dots for each of its squares. */
function draw(text: string, scale: number): Uint8Array[] {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const width = (size + 2 * QUIET) * scale;
  return Array.from({ length: width }, (_, y) =>
    Uint8Array.from({ length: width }, (__, x) => {
      const row = data[Math.floor(y / scale) - QUIET];
      return row?.[Math.floor(x / scale) - QUIET] === true ? 0 : 255;
    }),
  );
}

/** A PNG of a QR code. */
export function qrPng(text: string, scale = 6): Buffer {
  const rows = draw(text, scale);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(rows.length, 0);
  head.writeUInt32BE(rows.length, 4);
  // 8 bits of grey for each dot.
  head[8] = 8;
  const lines = Buffer.concat(rows.flatMap((row) => [Buffer.of(0), row]));
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(lines)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

/** A film of two pictures (Y4M, 640 × 480) that shows a QR code: what Chromium takes in place of a camera. */
export function qrFilm(text: string): Buffer {
  const rows = draw(text, 8);
  const [width, height] = [640, 480];
  const grey = Buffer.alloc(width * height, 160);
  const left = Math.floor((width - rows.length) / 2);
  const top = Math.floor((height - rows.length) / 2);
  rows.forEach((row, y) => grey.set(row, (top + y) * width + left));
  const frame = Buffer.concat([Buffer.from("FRAME\n"), grey, Buffer.alloc((width * height) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]);
}
