/** A party as commands show it: without its secret. */
export interface PartyDocument {
  readonly id: string;
  readonly label: string;
  readonly way: "mac" | "sealed" | "github" | "token";
  readonly hears: boolean;
  /** The room's id and its title. */
  readonly room: string;
  readonly title: string;
  /** When it was let in (ms). */
  readonly since: number;
  /** How many of its messages were taken. */
  readonly taken: number;
}

/** What a party is given, once. Every part of it but `party` and `path` is a secret. */
export interface Credentials {
  readonly party: string;
  /** Where it posts what it says, below the gateway's address. */
  readonly path: string;
  /** Hexadecimal; null for `token`, whose token is in the path. */
  readonly key: string | null;
  /** With the right to hear: the keys of what it hears, hexadecimal. */
  readonly hearing: { readonly ask: string; readonly encryption: string; readonly mac: string } | null;
}
