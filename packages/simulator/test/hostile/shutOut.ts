import { equalBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { Group } from "@conclave/mls";
import { granted, type SimulatedDevice, type World } from "../../src/index.js";

/** The MLS group of a device's real client, from the inside. */
function groupOf(device: SimulatedDevice): Group {
  const session = device.room as unknown as {
    readonly engine: { readonly state: { readonly room: { readonly parts: { readonly group: Group } } } };
  };
  return session.engine.state.room.parts.group;
}

/**
 * A member's real client makes new keys, and seals rubbish to the victims' leaves: everybody but they can follow. They must share
 * no node of the tree with anybody else, as in a room of three.
 */
export async function shutOut(world: World, by: SimulatedDevice, victims: readonly SimulatedDevice[]): Promise<void> {
  const leaves = victims.map((victim) => {
    const group = groupOf(victim);
    return group.view.leaf(group.ownLeafIndex)!.encryptionKey;
  });
  const { suite } = (groupOf(by) as unknown as { inner: { suite: { crypto: Crypto } } }).inner;
  const honest = suite.crypto;
  const kemEncapsulate: Crypto["kemEncapsulate"] = (kem, key, random) => {
    const isVictim = leaves.some((leaf) => equalBytes(leaf, key));
    return honest.kemEncapsulate(kem, isVictim ? honest.kemDeriveKeyPair(kem, random).publicKey : key, random);
  };
  const set = (value: Crypto) => Object.defineProperty(suite, "crypto", { value, configurable: true });
  set(Object.assign(Object.create(honest) as Crypto, { kemEncapsulate }));
  granted(await world.finish(by.room.decide({ type: "rekey" })));
  set(honest);
}
