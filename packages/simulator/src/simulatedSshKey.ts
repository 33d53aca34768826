import { utf8Bytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { type NamedSshKey, SshKey, sshSignedBytes, type SshSignature } from "@conclave/protocol";

/** Somebody's SSH key, by its name: the same name is the same key. */
export class SimulatedSshKey {
  private readonly seed: Uint8Array;

  constructor(
    private readonly crypto: Crypto,
    readonly name: string,
  ) {
    this.seed = crypto.hash("sha256", utf8Bytes(`ssh ${name}`));
  }

  /** As a line of `authorized_keys` has it. */
  get listed(): NamedSshKey {
    return { key: SshKey.of(this.crypto.ed25519PublicKey(this.seed)), comment: this.name };
  }

  /** What `ssh-keygen -Y sign` makes of what a preview gives to be signed. */
  sign(message: Uint8Array): SshSignature {
    return this.signBytes(sshSignedBytes(this.crypto, message, "sha512"));
  }

  /** What an agent signs, whatever it is for. */
  signBytes(bytes: Uint8Array): SshSignature {
    return { key: this.listed.key, hash: "sha512", signature: this.crypto.ed25519Sign(this.seed, bytes) };
  }
}
