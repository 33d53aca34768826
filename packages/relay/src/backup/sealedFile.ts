import {
  concatBytes,
  decode,
  encode,
  fixed,
  struct,
  u32,
  u8,
  utf8Bytes,
  failed,
  done,
  type Result,
} from "@conclave/codec";
import { type ArgonCosts, stretch } from "@conclave/crypto/argon2";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";

/** The beginning of a sealed file: how its key is found, and the key, wrapped by what a passphrase gives. */
interface SealedHead {
  readonly salt: Uint8Array;
  readonly costs: ArgonCosts;
  readonly nonce: Uint8Array;
  readonly wrapped: Uint8Array;
}

/** Why a sealed file was not opened: the passphrase is another one (or its beginning was changed), or it is not whole. */
export type SealFault = "wrong_passphrase" | "damaged";

const MAGIC = utf8Bytes("conclave sealed backup 1\n");
const NOTHING = new Uint8Array();
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
/** Second recommendation of RFC 9106 §4 with one lane, as for a home that a passphrase opens. */
const COSTS: ArgonCosts = { memory: 64 * 1024, passes: 3, lanes: 1 };
/** What a file may ask for. */
const MOST_COSTS: ArgonCosts = { memory: 256 * 1024, passes: 16, lanes: 4 };
const layout = struct<SealedHead>({
  salt: fixed(16),
  costs: struct<ArgonCosts>({ memory: u32, passes: u8, lanes: u8 }),
  nonce: fixed(12),
  wrapped: fixed(32 + TAG_BYTES),
});
const HEAD_BYTES = 16 + 6 + 12 + 48;

/** Whether a file says that it is sealed. @throws the system's error when it cannot be read */
export function isSealedFile(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const begin = Buffer.alloc(MAGIC.length);
    return readSync(file, begin) === MAGIC.length && begin.equals(MAGIC);
  } finally {
    closeSync(file);
  }
}

/**
 * Seals what is in one file into another (mode 0600), 64 KiB at a time, under a key of its own that the passphrase wraps. It is on the
 * disk when this resolves. Rejects with the system's error.
 *
 * RULE: backup.sealed-in-order: each piece is sealed for its place, and the last one as the last: nothing can be cut off, put in or
 * exchanged (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár 2015).
 */
export async function sealFile(from: string, to: string, passphrase: string): Promise<void> {
  const [salt, nonce, key] = [systemRandom(16), systemRandom(12), systemRandom(32)];
  const wrapping = await stretch(passphraseBytes(passphrase), salt, COSTS);
  const wrapped = nodeCrypto.aeadSeal("aes256gcm", wrapping, nonce, contextOf({ salt, costs: COSTS, nonce }), key);
  const head = encode({ salt, costs: COSTS, nonce, wrapped }, layout.write);
  await between(from, to, (source, target) => {
    writeSync(target, concatBytes(MAGIC, head));
    const pieces = piecesOf(source, CHUNK_BYTES);
    for (const { bytes, at, isLast } of pieces)
      writeSync(target, nodeCrypto.aeadSeal("aes256gcm", key, placeOf(at, isLast), head, bytes));
  });
}

/** Opens what {@link sealFile} made into another file (mode 0600), which is not to be used unless this is done. Rejects with the system's error. */
export async function openSealedFile(from: string, to: string, passphrase: string): Promise<Result<null, SealFault>> {
  return between(from, to, async (source, target) => {
    const begin = Buffer.alloc(MAGIC.length + HEAD_BYTES);
    if (readSync(source, begin) < begin.length) return failed("damaged");
    const head = new Uint8Array(begin.subarray(MAGIC.length));
    const decoded = decode(head, layout.read);
    if (!decoded.ok || !isBearable(decoded.value.costs)) return failed("damaged");
    const { salt, costs, nonce, wrapped } = decoded.value;
    const wrapping = await stretch(passphraseBytes(passphrase), salt, costs);
    const key = nodeCrypto.aeadOpen("aes256gcm", wrapping, nonce, contextOf(decoded.value), wrapped);
    if (key === null) return failed("wrong_passphrase");
    for (const { bytes, at, isLast } of piecesOf(source, CHUNK_BYTES + TAG_BYTES)) {
      const opened = nodeCrypto.aeadOpen("aes256gcm", key, placeOf(at, isLast), head, bytes);
      if (opened === null) return failed("damaged");
      writeSync(target, opened);
    }
    return done(null);
  });
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly isLast: boolean;
}

/** What is in a file from where it is read, in pieces; at least one. */
function* piecesOf(file: number, size: number): Generator<Piece> {
  let piece = readPiece(file, size);
  for (let at = 0; ; at++) {
    const next = piece.length < size ? NOTHING : readPiece(file, size);
    const isLast = next.length === 0;
    yield { bytes: piece, at, isLast };
    if (isLast) return;
    piece = next;
  }
}

function readPiece(file: number, size: number): Uint8Array {
  const piece = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const read = readSync(file, piece, length, size - length, null);
    if (read === 0) break;
    length += read;
  }
  return piece.subarray(0, length);
}

/** The nonce of a piece: its place, and whether it is the last. The key is of this one file. */
function placeOf(at: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(4, at);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** What the wrapped key is bound to. */
function contextOf({ salt, costs, nonce }: Omit<SealedHead, "wrapped">): Uint8Array {
  return concatBytes(MAGIC, encode({ salt, costs, nonce, wrapped: new Uint8Array(48) }, layout.write));
}

/** The same letters are the same bytes, whichever keyboard composed them (RFC 8265 §4.2). */
function passphraseBytes(passphrase: string): Uint8Array {
  return utf8Bytes(passphrase.normalize("NFC"));
}

// RULE: backup.sealed-costs: a backup comes back from a disk that others may write to: it cannot make us fill 4 GB (attack A80).
function isBearable({ memory, passes, lanes }: ArgonCosts): boolean {
  const isSmall = memory <= MOST_COSTS.memory && passes <= MOST_COSTS.passes && lanes <= MOST_COSTS.lanes;
  return isSmall && passes >= 1 && lanes >= 1 && memory >= 8 * lanes;
}

async function between<T>(
  from: string,
  to: string,
  work: (source: number, target: number) => T | Promise<T>,
): Promise<T> {
  const source = openSync(from, "r");
  try {
    const target = openSync(to, "wx", 0o600);
    try {
      const result = await work(source, target);
      fsyncSync(target);
      return result;
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}
