import { DeviceKey, PersonId } from "../encoding/ids.js";
import type { Provider } from "../encoding/provider.js";
import { certifyDevice } from "./deviceCert.js";
import type { DeviceIdentity } from "./leafCert.js";

/** A person's root: keep the seed off the devices that need not certify others; its words are the recovery phrase. */
export interface Identity {
  readonly seed: Uint8Array;
  /** The Ed25519 public key: the person's id everywhere. */
  readonly person: PersonId;
}

/** A new person. */
export function newIdentity({ crypto, random }: Provider): Identity {
  return identityOf({ crypto, random }, random(32));
}

/** The person of a seed, for example one from a recovery phrase. */
export function identityOf({ crypto }: Provider, seed: Uint8Array): Identity {
  return { seed, person: PersonId.of(crypto.ed25519PublicKey(seed)) };
}

/** A new device of a person. `deviceNo` counts from 1. */
export function newDevice({ crypto, random }: Provider, identity: Identity, deviceNo: number): DeviceIdentity {
  const deviceSeed = random(32);
  return {
    deviceSeed,
    deviceCert: certifyDevice(crypto, identity.seed, DeviceKey.of(crypto.ed25519PublicKey(deviceSeed)), deviceNo),
  };
}
