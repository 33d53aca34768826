import type { HeldSignatures } from "./heldSignatures.js";

type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** The same verification, which asks its memory first, and remembers what held. */
export function rememberedVerify(verify: Verify, held: HeldSignatures): Verify {
  return (publicKey, message, signature) => {
    const name = held.name({ publicKey, message, signature });
    if (name !== null && held.has(name)) return true;
    if (!verify(publicKey, message, signature)) return false;
    if (name !== null) held.add(name);
    return true;
  };
}
