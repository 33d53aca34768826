import type { InviteId, PersonId, Role } from "@conclave/protocol";

/** A person as a screen names them. */
export interface NamedPerson {
  /** The public identity key (32 bytes): who they are. */
  readonly person: PersonId;
  /** What they call themselves, now or, when they are gone, last. Anybody may call themselves anything. */
  readonly name: string;
  /** Two words of their fingerprint: tells look-alike names apart, proves nothing. */
  readonly tag: string;
  readonly isYou: boolean;
  /** You have compared their fingerprint: how, and when. It is about the person, in every room. */
  readonly checked: PersonCheck | null;
}

/** How a person was checked: by words read aloud, a QR code, or digits. */
export type CheckedBy = "words" | "qr" | "digits";

/** That a person was checked. */
export interface PersonCheck {
  readonly how: CheckedBy;
  /** By this device's clock (ms). */
  readonly time: number;
}

/** Whom the person of this home has checked. Kept in the home, told to nobody. */
export interface Marks {
  /** Marks a person (their identity key) as checked. Resolves when that is durable. */
  mark(person: PersonId, how: CheckedBy): Promise<void>;
  unmark(person: PersonId): Promise<void>;
  markOf(person: PersonId): PersonCheck | null;
}

/** How a person got into the room. */
export type JoinedBy =
  | { readonly how: "founded" }
  /** They took a place with an invite, which is itself a decision of somebody; whichever device carried it out. */
  | {
      readonly how: "invited";
      readonly inviteId: InviteId;
      /** What this home calls the invite, when it is its own. */
      readonly label: string | null;
      /** Who made it; null where this home does not know. */
      readonly by: NamedPerson | null;
    }
  /** Somebody admitted them, with the approvals that it took; by an invite when they asked with one. */
  | {
      readonly how: "admitted";
      readonly by: NamedPerson;
      readonly approvedBy: readonly NamedPerson[];
      readonly inviteId: InviteId | null;
    };

/** A person who is in the room now. */
export interface RoomMember extends NamedPerson {
  readonly role: Role;
  readonly devices: number;
  /** When they came in, by the clock of the person who signed it (ms); null when unknown. */
  readonly since: number | null;
  /** The number of the decision that admitted them. */
  readonly joinedSeq: number;
  readonly admission: JoinedBy | null;
  /** Somebody else in the room has a name that looks the same: show the tag. */
  readonly isLookalike: boolean;
  /**
   * They were let in, and this device has received nothing from them since: their device may never have come. False also for
   * those who were let in before this device came.
   */
  readonly isUnheard: boolean;
  /**
   * When a device of theirs last showed that it sees the room as this one does, by this device's clock (ms): their other devices are
   * as they said then. Null where nothing came, and for yourself.
   */
  readonly heard: number | null;
}
