import { done, equalBytes, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { PersonId } from "../encoding/ids.js";
import type { Invite } from "../invite/invite.js";
import type { InviteProof } from "../invite/inviteProof.js";
import { isSignedBySsh } from "../invite/sshSignature.js";
import type { SshKey } from "../invite/sshKey.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { MAX_LISTERS } from "./limit.js";
import type { RosterDraft } from "./rosterDraft.js";
import { listedKeyOf, type ListedKey, type Roster } from "./roster.js";

/** The listed SSH key that somebody comes by, as their invite asks for one; null where it asks for none. */
export function provedSshKey(
  crypto: Crypto,
  before: Roster,
  invite: Invite,
  proof: InviteProof,
): Result<ListedKey | null, Rejection> {
  const { ssh } = proof;
  const wantsKey = invite.for.class === "listed";
  // RULE: ssh.asked: an invite for listed keys lets nobody in without one, and no other invite takes one (attack A131).
  if (ssh === null) return wantsKey ? refused("bad_ssh_signature", "none") : done(null);
  if (!wantsKey) return refused("bad_invite_proof", "key");
  // RULE: ssh.listed: by the list as it is in the state before, so a key that was taken off it lets nobody in (attacks A40, A132).
  const listed = listedKeyOf(before, ssh.key);
  if (listed === null) return refused("key_not_listed");
  // RULE: ssh.once: a key is one person's, once: uses are counted in the chain, so of two at once one comes in (attack A132).
  if (listed.usedBy !== null) return refused("key_used");
  return isSignedBySsh(crypto, proof, ssh) ? done(listed) : refused("bad_ssh_signature", "signature");
}

/** Whether it changes the list that this person lists this key: nobody has used it, and they have not listed it before. */
export function changesList(roster: Roster, key: SshKey, person: PersonId): boolean {
  const listed = listedKeyOf(roster, key);
  if (listed === null) return true;
  const { usedBy, listers } = listed;
  return usedBy === null && listers.length < MAX_LISTERS && !hasListed(listed, person);
}

function hasListed({ listers }: ListedKey, person: PersonId): boolean {
  return listers.some((lister) => equalBytes(lister, person));
}

/**
 * Takes those keys off the list that this person has listed, nobody else has, and nobody has used.
 *
 * RULE: ssh.lister: with somebody who goes, or becomes less, go the keys that they listed, as their links do: nobody leaves a way back
 * for themselves (attacks A40, A43). What somebody else has listed as well stays for them: nobody takes a key along by having listed it
 * first, or again. A key that was used stays used, so no file that is listed again lets anybody in twice.
 */
export function dropKeysBy(draft: RosterDraft, person: PersonId, seq: number): void {
  const gone: SshKey[] = [];
  for (const listed of [...draft.keys().values()]) {
    if (listed.usedBy !== null || !hasListed(listed, person)) continue;
    const listers = listed.listers.filter((lister) => !equalBytes(lister, person));
    if (listers.length === 0) gone.push(listed.key);
    else draft.putKey({ ...listed, listers });
  }
  draft.deleteKeys(gone, seq);
}
