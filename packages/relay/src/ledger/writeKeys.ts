import { equalBytes } from "@conclave/codec";
import type { WriteKey } from "../store/store.js";

const KEPT_TRUSTED = 64;
const KEPT_BY_TOKEN = 32;

/** What gives the sender the right to append a commit. */
export type CommitGround =
  | { readonly by: "slot" }
  | {
      readonly by: "member";
      readonly key: WriteKey;
      /** The connection has proved a live key that did not come by an invite's token. */
      readonly trusted: boolean;
    };

/** Whether the sender has shown nothing but an invite, or a key that came with one. */
export function isByInvite(ground: CommitGround): boolean {
  return ground.by === "slot" || (ground.key.byToken && !ground.trusted);
}

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
 * The room's write keys after a commit.
 *
 * The relay cannot tell a valid commit from junk, so a commit must not lock out the people who will not follow it: they keep
 * their old key, retired, and can append a commit over the junk with it. Retired keys can do nothing else, so somebody who
 * was removed cannot flood the room.
 */
export function keysAfterCommit(
  keys: readonly WriteKey[],
  added: { readonly key: Uint8Array; readonly epoch: number; readonly n: number; readonly since: number },
  ground: CommitGround,
): WriteKey[] {
  // RULE: writeKey.invite-retires-nobody: what came by an invite's token never takes the live keys of members away.
  const trusted = !isByInvite(ground);
  const retires = (key: WriteKey): boolean =>
    // RULE: writeKey.commit-retires: a member's commit retires the keys before it, so a removed member writes no more.
    ground.by === "member" && ground.key.live && (trusted || key.byToken);
  const kept = keys
    .filter((key) => !(key.epoch === added.epoch && equalBytes(key.key, added.key)))
    .map((key) => ({ ...key, live: key.live && !retires(key), until: key.until === 0 ? added.since : key.until }));
  const all = [...kept, { ...added, byToken: !trusted, live: true, until: 0 }];
  return withoutSurplus(all, added.since);
}

// RULE: writeKey.bounded: each kind of key only crowds out its own kind, so holders of invites cannot crowd out members.
function withoutSurplus(keys: readonly WriteKey[], now: number): WriteKey[] {
  const surplus = new Set<WriteKey>();
  for (const [byToken, most] of [
    [false, KEPT_TRUSTED],
    [true, KEPT_BY_TOKEN],
  ] as const) {
    const kind = keys.filter((key) => key.byToken === byToken);
    // RULE: writeKey.flood-proof: the key that members hold outlives a flood of junk commits, each with a key of its own:
    // first go those that were the newest for the shortest time, for how long ago that is. So a flood has to go on for as
    // many times as keys are kept longer than the members' own key was in use, before it locks them out (attack A85).
    const spare = kind.filter((key) => key.until !== 0 && (byToken || !key.live));
    spare.sort((a, b) => worth(a, now) - worth(b, now) || a.n - b.n);
    for (const key of spare.slice(0, Math.max(0, kind.length - most))) surplus.add(key);
  }
  return keys.filter((key) => !surplus.has(key));
}

function worth({ since, until }: WriteKey, now: number): number {
  return (until - since) / Math.max(1, now - since);
}
