import { letters, says, viewOf } from "./pictureBytes.js";

/** Bytes from `start` up to `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}
/** A box: `start` is that of its payload. */
interface Box extends Span {
  readonly type: string;
  /** Where its size and type are. */
  readonly at: number;
}
/** Where an item's bytes are: in the file, or in the box `idat`. */
interface Place {
  readonly id: number;
  readonly isInIdat: boolean;
  readonly spans: readonly Span[];
}

const BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "msf1", "avif", "avis"]);
const OF_META = new Set(["hdlr", "pitm", "iloc", "iinf", "iref", "iprp", "idat", "grpl", "dinf"]);
const PICTURES = new Set("hvc1 av01 avc1 vvc1 evc1 lhv1 jpeg j2k1 unci grid iovl iden tmap".split(" "));
/** What decoding needs. */
const PROPERTIES = new Set(
  "ispe pixi colr irot imir clap pasp auxC hvcC av1C avcC vvcC evcC lhvC jpgC j2kH a1op a1lx lsel layr oinf tols rloc clli mdcv cclv amve uncC cmpd free".split(
    " ",
  ),
);
/** Words and times: they can be empty. */
const NOTES = new Set(["udes", "altt", "crtt", "mdft", "uuid"]);
const MOST_BOXES = 10_000;

/** Whether a file's first bytes are those of a HEIC or AVIF. */
export function isHeif(head: Uint8Array): boolean {
  if (!says(head, 4, "ftyp")) return false;
  const end = Math.min(head.length, viewOf(head).getUint32(0));
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) if (BRANDS.has(letters(head, at, 4))) return true;
  return false;
}

/**
 * A HEIC or AVIF (ISO/IEC 23008-12) of still pictures where every byte that no picture of it uses is 0: places of others stay
 * as they are, so nothing has to be moved. Exif items are there and empty; how the camera was held is no part of them here.
 * Null for what is none, holds moving pictures, or something that is not known.
 */
export function cleanHeif(bytes: Uint8Array): Uint8Array | null {
  const out = bytes.slice();
  const top = boxesOf(out, { start: 0, end: out.length });
  const metas = top?.filter(({ type }) => type === "meta") ?? [];
  const [meta] = metas;
  if (!top || !meta || metas.length > 1 || top.some(({ type }) => type === "moov")) return null;
  const children = boxesOf(out, { start: meta.start + 4, end: meta.end });
  const child = (type: string) => children?.find((box) => box.type === type);
  const [iinf, iloc, iprp, idat] = [child("iinf"), child("iloc"), child("iprp"), child("idat")];
  const types = iinf && itemTypes(out, iinf);
  const places = iloc && itemPlaces(out, iloc);
  if (!children || !types || !places || !iprp || !clearProperties(out, iprp)) return null;

  const files = top.filter(({ type }) => type === "mdat");
  const used: Span[] = [];
  const exif: Span[] = [];
  for (const { id, isInIdat, spans } of places) {
    const type = types.get(id);
    const base = isInIdat ? (idat?.start ?? Infinity) : 0;
    const moved = spans.map(({ start, end }) => ({ start: start + base, end: end + base }));
    const homes = isInIdat ? (idat ? [idat] : []) : files;
    if (!moved.every((span) => homes.some((home) => span.start >= home.start && span.end <= home.end))) return null;
    if (type !== undefined && PICTURES.has(type)) used.push(...moved);
    else if (type === "Exif") exif.push(...moved.slice(0, 1));
  }
  if (used.length === 0) return null;

  for (const box of children) if (!OF_META.has(box.type)) clearBox(out, box);
  const handler = child("hdlr");
  if (handler) out.fill(0, Math.min(handler.end, handler.start + 24), handler.end);
  let end = 0;
  for (const box of top) {
    if (box.type === "mdat") clearUnused(out, box, used);
    else if (box.type !== "ftyp" && box.type !== "meta") {
      clearBox(out, box);
      continue;
    }
    end = box.end;
  }
  if (idat) clearUnused(out, idat, used);
  for (const span of exif) {
    // No tags: a header whose directory is empty. Where it is too short, zeros are no Exif.
    const isFree = !used.some((each) => each.start < span.end && span.start < each.end);
    if (isFree && span.end - span.start >= 18) out.set([0, 0, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8], span.start);
  }
  return out.slice(0, end);
}

function boxesOf(bytes: Uint8Array, { start, end }: Span): Box[] | null {
  const view = viewOf(bytes);
  const boxes: Box[] = [];
  let at = start;
  while (at < end) {
    if (at + 8 > end || boxes.length > MOST_BOXES) return null;
    const type = letters(bytes, at + 4, 4);
    let [size, header] = [view.getUint32(at), 8];
    if (size === 1) {
      if (at + 16 > end) return null;
      [size, header] = [view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12), 16];
    } else if (size === 0) size = end - at;
    if (size < header || at + size > end) return null;
    boxes.push({ type, at, start: at + header, end: at + size });
    at += size;
  }
  return boxes;
}

function itemTypes(bytes: Uint8Array, { start, end }: Box): Map<number, string> | null {
  if (start + 8 > end) return null;
  const entries = boxesOf(bytes, { start: start + (bytes[start] === 0 ? 6 : 8), end });
  if (!entries) return null;
  const view = viewOf(bytes);
  const types = new Map<number, string>();
  for (const entry of entries) {
    const version = bytes[entry.start];
    if (entry.type !== "infe" || (version !== 2 && version !== 3)) return null;
    const wide = version === 3 ? 2 : 0;
    const name = entry.start + 12 + wide;
    if (name > entry.end) return null;
    const type = letters(bytes, name - 4, 4);
    types.set(wide ? view.getUint32(entry.start + 4) : view.getUint16(entry.start + 4), type);
    // Of those what follows the type is their name.
    if (type !== "mime" && type !== "uri ") bytes.fill(0, name, entry.end);
  }
  return types;
}

function itemPlaces(bytes: Uint8Array, { start, end }: Box): Place[] | null {
  const view = viewOf(bytes);
  let at = start;
  const read = { isWhole: true };
  const number = (size: number): number => {
    if (at + size > end) {
      read.isWhole = false;
      return 0;
    }
    at += size;
    if (size === 0) return 0;
    if (size === 1) return view.getUint8(at - 1);
    if (size === 2) return view.getUint16(at - 2);
    return size === 4 ? view.getUint32(at - 4) : view.getUint32(at - 8) * 2 ** 32 + view.getUint32(at - 4);
  };
  const version = number(1);
  number(1);
  number(2);
  const [sizes, more] = [number(1), number(1)];
  const [offsetSize, lengthSize, baseSize, indexSize] = [
    sizes >> 4,
    sizes & 15,
    more >> 4,
    version > 0 ? more & 15 : 0,
  ];
  if (version > 2 || [offsetSize, lengthSize, baseSize, indexSize].some((size) => ![0, 4, 8].includes(size)))
    return null;
  const places: Place[] = [];
  for (let left = number(version < 2 ? 2 : 4); left > 0 && read.isWhole; left--) {
    const id = number(version < 2 ? 2 : 4);
    const method = version > 0 ? number(2) & 15 : 0;
    // Data of other files, or of other items.
    if (number(2) !== 0 || method > 1) return null;
    const base = number(baseSize);
    const spans: Span[] = [];
    for (let extents = number(2); extents > 0; extents--) {
      number(indexSize);
      const offset = base + number(offsetSize);
      const length = number(lengthSize);
      if (length === 0) return null;
      spans.push({ start: offset, end: offset + length });
    }
    places.push({ id, isInIdat: method === 1, spans });
  }
  return read.isWhole ? places : null;
}

function clearProperties(bytes: Uint8Array, iprp: Box): boolean {
  for (const container of boxesOf(bytes, iprp) ?? [{ ...iprp, type: "broken" }]) {
    if (container.type === "ipma") continue;
    const properties = container.type === "ipco" ? boxesOf(bytes, container) : null;
    if (!properties?.every(({ type }) => PROPERTIES.has(type) || NOTES.has(type))) return false;
    for (const { type, start, end } of properties) {
      if (NOTES.has(type)) bytes.fill(0, Math.min(end, type === "uuid" ? start + 16 : start), end);
      else if (type === "free") bytes.fill(0, start, end);
    }
  }
  return true;
}

function clearBox(bytes: Uint8Array, { at, start, end }: Box): void {
  bytes.set([0x66, 0x72, 0x65, 0x65], at + 4);
  bytes.fill(0, start, end);
}

function clearUnused(bytes: Uint8Array, { start, end }: Span, used: readonly Span[]): void {
  let at = start;
  const inside = used.filter((span) => span.start >= start && span.end <= end).sort((a, b) => a.start - b.start);
  for (const span of inside) {
    if (span.start > at) bytes.fill(0, at, span.start);
    at = Math.max(at, span.end);
  }
  bytes.fill(0, at, end);
}
