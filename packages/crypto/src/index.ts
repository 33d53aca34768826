/** Primitives behind one synchronous interface. Implementations: `@conclave/crypto/node` and `@conclave/crypto/web`. */
export type {
  AeadName,
  Crypto,
  HashName,
  Info,
  KemName,
  KeyPair,
  Providers,
  Random,
  SignatureCheck,
} from "./crypto.js";
export type { ProviderName } from "./provider.js";
export { constantTimeEqual } from "./bytes.js";
export { committingOpen, committingSeal } from "./committing.js";
export { noteSignatures } from "./noteSignatures.js";
export {
  hpkeOpen,
  hpkeReceiveExport,
  hpkeSeal,
  hpkeSealer,
  hpkeSendExport,
  type HpkeCiphertext,
  type HpkeSuite,
} from "./hpke.js";
