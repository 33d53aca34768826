/**
 * The TLS presentation language (RFC 8446 §3, as RFC 9420 §2.1 extends it), the result of what may fail, and the few things one
 * does with bytes.
 */
export { DecodeError, type DecodeFault } from "./decodeError.js";
export { Reader } from "./reader.js";
export { headerBytes, MAX_LENGTH_BYTES, Writer } from "./writer.js";
export { bool, fixed, list, opaque, optional, text, u16, u32, u53, u8, type Codec, type Of } from "./codec.js";
export { idBytes, type IdBytes, type IdCodec } from "./idBytes.js";
export { boxed, checked, choice, is, mapped, pair, since, struct, variant, versioned, type Fields } from "./struct.js";
export { decode, encode, stored } from "./structure.js";
export { done, failed, type Failure, type Result, type Success } from "./result.js";
export { equalBytes, compareBytes, concatBytes, toHex, fromHex, utf8Bytes } from "./bytes.js";
export { toBase64url, fromBase64url } from "./base64url.js";
export { toBase45, fromBase45 } from "./base45.js";
