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

/** A person in a room. */
export interface Member extends Person {
  readonly role: string;
  readonly devices: number;
  /** When they came in, by the clock of whoever let them in; null when that is unknown. */
  readonly since: number | null;
  /** How they came in: `founded the room`, `admitted by Alice with the link "Newsletter"`. */
  readonly admission: string;
  /** Somebody else in the room has a name that looks the same. */
  readonly isLookalike: boolean;
  /** You have compared their fingerprint: by what, and when (ms). */
  readonly checked: { readonly how: string; readonly time: number } | null;
}

/** `Alice`, or `Alice#4f2a` where somebody else's name looks the same. */
export function displayName(person: Pick<Person, "name" | "tag">, isAmbiguous: boolean): string {
  return isAmbiguous ? `${person.name}#${person.tag}` : person.name;
}
