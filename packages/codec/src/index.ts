/** The TLS presentation language (RFC 8446 §3, as RFC 9420 §2.1 extends it), and the few things one does with bytes. */
export { DecodeError, type DecodeFault } from "./decodeError.js";
export { Reader } from "./reader.js";
export { Writer, MAX_LENGTH } from "./writer.js";
export { decode, encode, type Decoded } from "./structure.js";
export { equalBytes, compareBytes, concatBytes, toHex, fromHex, utf8Bytes } from "./bytes.js";
export { toBase64url, fromBase64url } from "./base64url.js";
