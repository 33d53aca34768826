import { nodeCrypto } from "@conclave/crypto/node";
import { expect, it } from "vitest";
import { Chain } from "../roster/chain.fixture.js";
import { appsBehind, forgetApps, loadApps, noteApp } from "./apps.js";

it("whose apps could not go on is known by what each device said last, and of whom nobody has heard, not known", () => {
  const chain = new Chain(nodeCrypto);
  const [bob, carol, mallory] = [chain.add("Bob"), chain.add("Carol"), chain.someone("Mallory")];
  const { alice } = chain;
  const records = new Map<string, Uint8Array>();
  const room = { apps: loadApps(records), roster: chain.roster };
  const note = (who: typeof bob, knows: number) => {
    const { put } = noteApp(room, who.leaf, knows);
    for (const [key, value] of put) records.set(key, value);
    return put.length;
  };
  const behind = (version: number, self = alice) => {
    const found = appsBehind({ apps: loadApps(records), roster: chain.roster }, self.person, version);
    expect(appsBehind(room, self.person, version)).toEqual(found);
    return found;
  };
  expect(behind(3)).toEqual({ behind: [], unknown: [bob.person, carol.person] });
  // What is new is stored once; who is not in the room says nothing of it.
  expect([note(bob, 2), note(bob, 2), note(carol, 3), note(mallory, 2)]).toEqual([1, 0, 1, 0]);
  expect([behind(2), behind(3), behind(4)]).toEqual([
    { behind: [], unknown: [] },
    { behind: [bob.person], unknown: [] },
    { behind: [bob.person, carol.person], unknown: [] },
  ]);
  expect(behind(3, bob)).toEqual({ behind: [], unknown: [alice.person] });
  expect(note(bob, 3)).toBe(1);
  expect(behind(3)).toEqual({ behind: [], unknown: [] });
  // A second device that has said nothing leaves it open; one that is behind decides it.
  const laptop = chain.someone("Bob", 2);
  chain.must(bob, { type: "addDevice", leafCert: chain.certOf(laptop) });
  const later = { ...room, roster: chain.roster };
  expect(appsBehind(later, alice.person, 3)).toEqual({ behind: [], unknown: [bob.person] });
  noteApp(later, laptop.leaf, 2);
  expect(appsBehind(later, alice.person, 3)).toEqual({ behind: [bob.person], unknown: [] });
  const gone = forgetApps(later, [laptop.leaf, mallory.leaf]);
  expect(gone.delete).toHaveLength(1);
  expect(appsBehind(later, alice.person, 3)).toEqual({ behind: [], unknown: [bob.person] });
  const [key] = forgetApps(later, [carol.leaf]).delete;
  expect(records.delete(key!)).toBe(true);
});
