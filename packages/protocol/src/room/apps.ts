import { encode, equalBytes, stored, toHex, u16 } from "@conclave/codec";
import { NO_DELTA, recordsUnder } from "../encoding/delta.js";
import type { LeafKey, PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import type { Roster } from "../roster/roster.js";

const PREFIX = "k/";

/** The newest version of rooms that the app of each device knows, by leaf, as it said itself last. */
export type KnownApps = Map<string, number>;

/** A room, as far as it is about its members' apps. */
interface Apps {
  readonly apps: KnownApps;
  readonly roster: Roster;
}

/** What stored records say of others' apps. */
export function loadApps(records: ReadonlyMap<string, Uint8Array>): KnownApps {
  return new Map([...recordsUnder(PREFIX, records)].map(([leaf, known]) => [leaf, stored("app", known, u16)]));
}

/** A device in the room has said what its app knows. */
export function noteApp({ apps, roster }: Apps, leafKey: LeafKey, knows: number): Delta {
  const leaf = toHex(leafKey);
  if (apps.get(leaf) === knows || !roster.leaves.has(leaf)) return NO_DELTA;
  apps.set(leaf, knows);
  return { put: [[PREFIX + leaf, encode(knows, u16.write)]], delete: [] };
}

/** These devices are not in the room any more. */
export function forgetApps({ apps }: Apps, leaves: readonly Uint8Array[]): Delta {
  const gone = leaves.map(toHex).filter((leaf) => apps.delete(leaf));
  return { put: [], delete: gone.map((leaf) => PREFIX + leaf) };
}

/** Other people whose apps cannot go on in a room of this version: `behind` said so themselves, `unknown` have said nothing yet. */
export function appsBehind(
  { apps, roster }: Apps,
  self: PersonId,
  version: number,
): { readonly behind: readonly PersonId[]; readonly unknown: readonly PersonId[] } {
  const [behind, unknown]: [PersonId[], PersonId[]] = [[], []];
  for (const { person, devices } of roster.members.values()) {
    if (equalBytes(person, self)) continue;
    const known = devices.map(({ leaf }) => apps.get(toHex(leaf)));
    if (known.some((knows) => knows !== undefined && knows < version)) behind.push(person);
    else if (known.includes(undefined)) unknown.push(person);
  }
  return { behind, unknown };
}
