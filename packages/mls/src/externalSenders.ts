import { decode } from "@conclave/codec";
import { MAX_KEY_BYTES } from "./cipherSuite.js";
import type { LeafIdentity } from "./engine.js";
import { readCredential } from "./leafNode.js";

/** The senders of an external_senders extension: strangers who may propose (RFC 9420 §12.1.8.1). @throws DecodeError */
export function decodeExternalSenders(data: Uint8Array): LeafIdentity[] {
  const decoded = decode(data, (r) =>
    r.vector((x) => ({ signatureKey: x.opaque(MAX_KEY_BYTES), credential: readCredential(x) }), 256),
  );
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}
