import { type Reader, Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";

/** Names a pre-shared key (RFC 9420 §8.4). */
export type PreSharedKeyId =
  | { readonly type: "external"; readonly id: Uint8Array; readonly nonce: Uint8Array }
  | {
      readonly type: "resumption";
      readonly usage: "application" | "reinit" | "branch";
      readonly groupId: Uint8Array;
      readonly epoch: bigint;
      readonly nonce: Uint8Array;
    };

/** Most pre-shared keys that one commit or Welcome may use. */
const MAX_PSKS = 64;

/** RULE: mls.bounded-psks: more PSKs than anybody needs are refused before any work is done. */
export function limitPsks(psks: readonly PreSharedKeyId[]): void {
  if (psks.length > MAX_PSKS) throw new MlsError("bad_psk", `more than ${MAX_PSKS}`);
}

const USAGES = ["application", "reinit", "branch"] as const;

export function writePreSharedKeyId(writer: Writer, psk: PreSharedKeyId): Writer {
  if (psk.type === "external") return writer.u8(1).opaque(psk.id).opaque(psk.nonce);
  return writer
    .u8(2)
    .u8(USAGES.indexOf(psk.usage) + 1)
    .opaque(psk.groupId)
    .u64(psk.epoch)
    .opaque(psk.nonce);
}

export function readPreSharedKeyId(reader: Reader): PreSharedKeyId {
  const type = reader.u8();
  if (type === 1) return { type: "external", id: reader.opaque(), nonce: reader.opaque() };
  if (type !== 2) throw new MlsError("malformed", "PSK type");
  const usage = USAGES[reader.u8() - 1];
  if (usage === undefined) throw new MlsError("malformed", "resumption PSK usage");
  return { type: "resumption", usage, groupId: reader.opaque(), epoch: reader.u64(), nonce: reader.opaque() };
}

/** psk_secret of a list of keys in the order of their proposals (RFC 9420 §8.4); zeros for none. */
export function pskSecret(suite: CipherSuite, psks: readonly { id: PreSharedKeyId; secret: Uint8Array }[]): Uint8Array {
  const zero = new Uint8Array(suite.hashLength);
  return psks.reduce<Uint8Array>((chained, { id, secret }, index) => {
    const label = writePreSharedKeyId(new Writer(), id).u16(index).u16(psks.length).finish();
    const input = suite.expandWithLabel(suite.extract(zero, secret), "derived psk", label, suite.hashLength);
    return suite.extract(input, chained);
  }, zero);
}
