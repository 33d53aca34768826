import { encode, fixed, opaque, stored, struct, u8, versioned } from "@conclave/codec";
import { constantTimeEqual } from "@conclave/crypto";
import {
  type DeviceIdentity,
  type Identity,
  identityOf,
  newDevice,
  newIdentity,
  seedOfPhrase,
} from "@conclave/protocol";
import { IDENTITY_KEY, RETURN_PLAN_KEY } from "../store/homeKey.js";
import type { ClientPorts, OpenProblem } from "../api/client.js";
import { WANTED } from "../store/returnPlan.js";

/** Who this home is: the person, and this device of theirs. */
export interface HomeIdentity {
  readonly identity: Identity;
  readonly device: DeviceIdentity;
}

/** The form of a whole home: what an earlier build kept of rooms of another form is not read. */
const FORM = 2;

const layout = versioned(FORM, struct({ seed: fixed(32), deviceSeed: fixed(32), deviceCert: opaque() }), u8);

/**
 * The identity of this home; made at the first use, from a recovery phrase where one is given. A device is always new:
 * only the person comes back by the phrase, never a group's state (docs/protocol.md §9, §10).
 */
export async function loadIdentity(ports: ClientPorts, phrase: string | null): Promise<HomeIdentity | OpenProblem> {
  const seed = phrase === null ? null : seedOfPhrase(phrase);
  if (phrase !== null && seed === null) return "bad_phrase";
  const record = await ports.storage.get(IDENTITY_KEY);
  if (record) {
    // RULE: client.old-form: a home of an earlier form is left as it is: nothing of it is read as what it is not.
    if (record[0]! < FORM) return "old_form";
    const known = decodeIdentity(ports, record);
    const isOther = seed !== null && !constantTimeEqual(known.identity.seed, seed);
    return isOther ? "other_identity" : known;
  }
  const identity = seed === null ? newIdentity(ports) : identityOf(ports, seed);
  // Nobody knows how many devices a person who comes back had: a random number tells them apart.
  const deviceNo = seed === null ? 1 : 2 + ports.random(2).reduce((number, byte) => number * 256 + byte, 0);
  const device = newDevice(ports, identity, deviceNo);
  await ports.storage.commit([
    { put: IDENTITY_KEY, value: encodeIdentity({ identity, device }) },
    // A person who gave the words has them.
    ...(seed === null ? [] : [{ put: RETURN_PLAN_KEY, value: WANTED }]),
  ]);
  return { identity, device };
}

function encodeIdentity({ identity, device }: HomeIdentity): Uint8Array {
  return encode({ seed: identity.seed, ...device }, layout.write);
}

function decodeIdentity(ports: ClientPorts, record: Uint8Array): HomeIdentity {
  const { seed, ...device } = stored("identity", record, layout);
  return { identity: identityOf(ports, seed), device };
}
