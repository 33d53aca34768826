/** A person, as `--json` prints one. */
export interface Person {
  /** The person's public identity key, in hexadecimal: who they are. */
  readonly id: string;
  /** What they call themselves. Anybody may call themselves anything. */
  readonly name: string;
  /** The beginning of their fingerprint: tells two people of one name apart. */
  readonly tag: string;
  readonly isYou: boolean;
}

/** An invite that somebody used or holds. */
export interface InviteRef {
  readonly id: string;
  /** What this home calls it; null for other people's. */
  readonly label: string | null;
  /** Who made it; null where this home does not know. */
  readonly by: Person | null;
}

/** How somebody came into the room. */
export interface Admission {
  /** `founded`, `invited` (with a link, by themselves), `admitted` (somebody let them in), or `unknown`: before this device. */
  readonly how: "founded" | "invited" | "admitted" | "unknown";
  /** Who let them in. */
  readonly by: Person | null;
  /** Whose agreement came with it. */
  readonly approvedBy: readonly Person[];
  readonly invite: InviteRef | null;
  /** The same for people. */
  readonly text: string;
}

/** A person in a room. */
export interface Member extends Person {
  readonly role: string;
  readonly devices: number;
  /** When they came in, by the clock of the person who let them in; null when that is unknown. */
  readonly since: number | null;
  readonly admission: Admission;
  /** Somebody else in the room has a name that looks the same. */
  readonly isLookalike: boolean;
  /** You have compared their fingerprint: by what, and when (ms). */
  readonly checked: { readonly how: string; readonly time: number } | null;
}

/** A member as the person that they are. */
export function personOf({ id, name, tag, isYou }: Person): Person {
  return { id, name, tag, isYou };
}

/** `Alice`, or `Alice#4f2a` where somebody else's name looks the same. */
export function displayName(person: Pick<Person, "name" | "tag">, isAmbiguous: boolean): string {
  return isAmbiguous ? `${person.name}#${person.tag}` : person.name;
}
