import { equalBytes } from "@conclave/codec";
import type { SlotId } from "@conclave/wire";
import { keyOf } from "../key.js";
import type { WriteKey } from "../store/roomTable.js";

/** How many keys are kept of the room's own, of those that came by an invite, and of those that came by a retired key. */
const KEPT_OWN = 64;
const KEPT_OTHER = 32;

/** What gives the sender the right to append. */
export type Ground =
  | { readonly by: "slot"; readonly slotId: SlotId }
  | {
      readonly by: "member";
      readonly key: WriteKey;
      /** The connection has proved a live key of the room's own lineage. */
      readonly isOwn: boolean;
    };

/** A key that a commit registers. */
export type AddedKey = Pick<WriteKey, "key" | "epoch" | "n" | "since">;

/** The newest key of an epoch that the connection has proved, live ones first. */
export function provedKey(
  keys: readonly WriteKey[],
  epoch: number,
  isProved: (key: WriteKey) => boolean,
): WriteKey | null {
  const proved = keys.filter((key) => key.epoch === epoch && isProved(key));
  return proved.findLast((key) => key.live) ?? proved.at(-1) ?? null;
}

/**
 * The commit that one on this ground follows. Whose key is proved follows the commit that registered it; an external commit
 * follows one that led to its epoch: of several, one of the room's own, or the newest; null where none of these is known.
 */
export function parentOf(keys: readonly WriteKey[], own: number, ground: Ground, epoch: number): number | null {
  if (ground.by === "member") return ground.key.n;
  const leading = keys.filter((key) => key.epoch === epoch);
  return (leading.findLast(({ lineage, live }) => live && lineage === own) ?? leading.at(-1))?.n ?? null;
}

/** The lineage of the key that a commit registers. */
export function lineageOf(own: number, ground: Ground, n: number): Pick<WriteKey, "lineage" | "slot"> {
  // RULE: writeKey.new-lineage: a key that came by an invite or by a retired key, and all that come of it, are told apart from
  // those of the members, until one of them proves it too (attack A109).
  if (ground.by === "slot") return { lineage: n, slot: ground.slotId };
  if (ground.isOwn) return { lineage: own, slot: null };
  if (!ground.key.live) return { lineage: n, slot: null };
  return { lineage: ground.key.lineage, slot: ground.key.slot };
}

/**
 * The room's write keys after a commit.
 *
 * The relay cannot tell a valid commit from junk, so a commit must not lock out the people who will not follow it: they keep
 * their old key, retired, and can append a commit over the junk with it.
 */
export function keysAfterCommit(keys: readonly WriteKey[], added: AddedKey, own: number, ground: Ground): WriteKey[] {
  const of = lineageOf(own, ground, added.n);
  const retires = (key: WriteKey): boolean => {
    // RULE: writeKey.outsider-retires-nobody: what came by an invite or a retired key takes no live key of others away.
    if (ground.by === "slot" || !(ground.isOwn || ground.key.live)) return false;
    // RULE: writeKey.commit-retires: a member's commit retires the keys before it, so a removed member writes no more. It ends
    // also what came by invites; not what came by a retired key: there people may be talking who did not follow somebody's junk.
    return key.lineage === of.lineage || (of.lineage === own && key.slot !== null);
  };
  const kept = keys
    .filter((key) => !(key.epoch === added.epoch && equalBytes(key.key, added.key)))
    .map((key) => ({ ...key, live: key.live && !retires(key), until: key.until === 0 ? added.since : key.until }));
  return withoutSurplus([...kept, { ...added, ...of, live: true, until: 0 }], own, added.since);
}

// RULE: writeKey.bounded: each kind of key only crowds out its own kind, so others cannot crowd out members.
function withoutSurplus(keys: readonly WriteKey[], own: number, now: number): WriteKey[] {
  const surplus = new Set<WriteKey>();
  for (const [is, most] of [
    [({ lineage }: WriteKey) => lineage === own, KEPT_OWN],
    [({ lineage, slot }: WriteKey) => lineage !== own && slot !== null, KEPT_OTHER],
    [({ lineage, slot }: WriteKey) => lineage !== own && slot === null, KEPT_OTHER],
  ] as const) {
    const kind = keys.filter(is);
    // RULE: writeKey.flood-proof: the key that members hold outlives a flood of junk commits, each with a key of its own:
    // first go those that were the newest for the shortest time, for how long ago that is. So a flood has to go on for as
    // many times as keys are kept longer than the members' own key was in use, before it locks them out (attack A85).
    const spare = kind.filter((key) => key.until !== 0 && (key.lineage !== own || !key.live));
    const spareOf = new Map<string, WriteKey[]>();
    for (const key of spare) {
      const name = key.slot === null ? "" : keyOf(key.slot);
      spareOf.set(name, [...(spareOf.get(name) ?? []), key]);
    }
    for (const of of spareOf.values())
      of.sort((a, b) => +a.live - +b.live || worth(a, now) - worth(b, now) || a.n - b.n);
    for (let left = kind.length; left > most; left--) {
      // RULE: writeKey.own-link-only: of those that came by invites one goes that came by the invite with the most: a person with one
      // link takes no key from somebody who came by another (attack A109).
      const crowded = [...spareOf.values()].reduce((a, b) => (b.length > a.length ? b : a), []).shift();
      if (crowded !== undefined) surplus.add(crowded);
    }
  }
  return keys.filter((key) => !surplus.has(key));
}

function worth({ since, until }: WriteKey, now: number): number {
  return (until - since) / Math.max(1, now - since);
}
