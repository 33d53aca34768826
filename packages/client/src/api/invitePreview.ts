import type { Result } from "@conclave/codec";
import type { Policy, Role, RoomId, SshSignature } from "@conclave/protocol";
import type { RoomSshKey } from "./invitation.js";
import type { NamedPerson, RoomMember } from "./person.js";
import type { Problem } from "./problem.js";
import type { RoomSession } from "./roomSession.js";

/** How somebody joins. */
export interface JoinOptions {
  /** This home stays open: what the next newcomer needs is done right after. */
  readonly staying?: boolean;
  /** Of who comes back: nobody does so in this way again. */
  readonly isLast?: boolean;
  /** Asks to be let in as a steward, whatever the link is: somebody decides. Not by a link to return. */
  readonly asSteward?: boolean;
  /** With `needsKey`: the signature over what `prepareKey` gave. */
  readonly signature?: SshSignature;
}

/** What an invite leads to, with the whole history of the room checked, before anything was sent or stored. */
export interface InvitePreview {
  readonly roomId: RoomId;
  readonly title: string;
  /** The relay's address, as the room's charter says. */
  readonly relay: string;
  /** `return`: we are a member who lost a device, and this one takes its place (docs/decisions/0006). */
  readonly mode: "direct" | "ask" | "return" | "auto";
  /** The role that the invite gives. */
  readonly role: Role;
  /** It takes an SSH key that is on the room's list: see `prepareKey`. */
  readonly needsKey: boolean;
  /** The SSH keys on the room's list. */
  readonly sshKeys: readonly RoomSshKey[];
  readonly members: readonly RoomMember[];
  readonly owners: readonly NamedPerson[];
  readonly invitedBy: NamedPerson | null;
  /** What they say to who comes; empty for nothing. A screen shows it with {@link plainText}. */
  readonly welcomeText: string;
  readonly policy: Policy;
  /** When a member last confirmed the list of members, by their clock (ms). */
  readonly confirmed: number;
  /** The member whose signed view of the room this is. */
  readonly confirmedBy: NamedPerson;
  /**
   * With `needsKey`: what the person's SSH key is to sign, byte for byte, in the namespace `SSH_NAMESPACE`: for `ssh-keygen -Y sign`, or
   * for `ssh-agent` by way of `sshSignedBytes`. The same each time until it is used, also after a restart, so that it can be
   * signed elsewhere. What comes back goes through `readSshsig`, and into `accept`.
   */
  readonly prepareKey: () => Promise<Result<Uint8Array, Problem>>;
  /**
   * Takes the place, or asks for it. `direct`: resolves when the join is in the room's log; until a member's message
   * confirms it, `status().isConfirmed` is false. `ask`: resolves when the request is at the relay; the session's
   * standing turns from `asking` to `member` when somebody admits us. `auto`: as `ask`, and the first device that is on admits us.
   *
   * `return`: as `direct`; the name stays the one that the room knows us by, whatever is given here. With `isLast` nobody
   * comes back in this way again before `prepareReturn`: neither we nor somebody who has the lost device.
   *
   * A lost race or a stale slot is tried again with a fresh slot, a few times.
   *
   * It waits until the next newcomer finds the room's slots fresh, unless `staying` says that this home stays open: then
   * that is done right after.
   */
  readonly accept: (name: string, note?: string, options?: JoinOptions) => Promise<Result<RoomSession, Problem>>;
}
