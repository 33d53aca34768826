import type { RoomSshKey } from "@conclave/client";
import { type PersonDocument, personDocument } from "./personDocument.js";

/** An SSH key in a file, or on the room's list. */
export interface SshKeyNameDocument {
  /** As `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  /** Who or what it is; may be empty. */
  readonly comment: string;
}

/** An SSH key on the room's list. */
export interface SshKeyDocument extends SshKeyNameDocument {
  readonly listedBy: PersonDocument;
  /** Who joined with it; null while nobody has. */
  readonly usedBy: PersonDocument | null;
}

/** A line of a file of keys that was left out. */
export interface SkippedKeyDocument {
  readonly line: number;
  /** `unreadable`, `key_type`, `hardware`, `certificate`, `marker`, `options` or `twice`. */
  readonly reason: string;
  /** The same for people. */
  readonly text: string;
}

export function sshKeyDocument({ fingerprint, comment, listedBy, usedBy }: RoomSshKey): SshKeyDocument {
  return { fingerprint, comment, listedBy: personDocument(listedBy), usedBy: usedBy && personDocument(usedBy) };
}
