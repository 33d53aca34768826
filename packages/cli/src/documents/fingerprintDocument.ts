import type { RoomMember, RoomSession } from "@conclave/client";
import type { Fingerprint } from "@conclave/protocol";
import { type PersonDocument, personDocument } from "./personDocument.js";

/** A fingerprint to compare. */
export interface FingerprintDocument {
  readonly words: readonly string[];
  readonly digits: string;
}

/** What people compare to be sure that they see the same. Codes are null while this device is not in the room. */
export interface FingerprintsDocument extends FingerprintDocument {
  readonly person: PersonDocument;
  readonly roomCode: string | null;
  readonly peopleCode: string | null;
}

export function fingerprintDocument({ words, digits }: Fingerprint): FingerprintDocument {
  return { words: words.split(" "), digits };
}

export function fingerprintsDocument(room: RoomSession, member: RoomMember): FingerprintsDocument {
  const [roomCode, peopleCode] = [room.roomCode(), room.peopleCode()];
  const print = fingerprintDocument(room.fingerprint(member.person));
  return { person: personDocument(member), ...print, roomCode, peopleCode };
}
