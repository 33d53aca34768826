import { equalBytes } from "@conclave/codec";
import type { WriteKey } from "../store/store.js";

const KEPT_TRUSTED = 64;
const KEPT_BY_TOKEN = 16;

/** On what ground a commit is appended. */
export type CommitGround =
  | { readonly by: "slot" }
  | {
      readonly by: "member";
      readonly key: WriteKey;
      /** The connection has proved a live key that did not come by an invite's token. */
      readonly trusted: boolean;
    };

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
 * The relay cannot tell a valid commit from junk, so a commit must not lock those out who will not follow it: they keep
 * their old key, retired, and may append a commit with it over the junk. Retired keys do nothing else, so somebody who
 * was removed cannot flood the room.
 */
export function keysAfterCommit(
  keys: readonly WriteKey[],
  added: { readonly key: Uint8Array; readonly epoch: number; readonly n: number },
  ground: CommitGround,
): WriteKey[] {
  // RULE: writeKey.invite-retires-nobody: what came by an invite's token never takes the live keys of members away.
  const trusted = ground.by === "member" && (!ground.key.byToken || ground.trusted);
  const retires = (key: WriteKey): boolean =>
    // RULE: writeKey.commit-retires: a member's commit retires the keys before it, so a removed member writes no more.
    ground.by === "member" && ground.key.live && (trusted || key.byToken);
  const kept = keys
    .filter((key) => !(key.epoch === added.epoch && equalBytes(key.key, added.key)))
    .map((key) => (key.live && retires(key) ? { ...key, live: false } : key));
  const all = [...kept, { ...added, byToken: !trusted, live: true }];
  return newest(all, KEPT_TRUSTED, KEPT_BY_TOKEN);
}

// RULE: writeKey.bounded: each kind of key only crowds out its own kind, so holders of invites cannot crowd out members.
function newest(keys: readonly WriteKey[], trusted: number, byToken: number): WriteKey[] {
  const left = { trusted, byToken };
  return keys
    .toReversed()
    .filter((key) => left[key.byToken ? "byToken" : "trusted"]-- > 0)
    .toReversed();
}
