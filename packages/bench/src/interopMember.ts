import type { BenchSuite } from "./mlsParts.js";

/** What a commit leads to: for the members, and for those whom it adds. */
export interface MadeCommit {
  readonly commit: Uint8Array;
  readonly welcome: Uint8Array | null;
}

/** A member of a group, by either engine. Key packages and GroupInfos are without the header of a message. */
export interface InteropMember {
  /** The number in its credential. */
  readonly number: number;
  keyPackage(): Promise<Uint8Array>;
  create(groupId: Uint8Array): Promise<void>;
  joinWelcome(groupId: Uint8Array, welcome: Uint8Array): Promise<void>;
  joinExternal(groupId: Uint8Array, groupInfo: Uint8Array): Promise<MadeCommit>;
  /** New keys, and nothing else. Its own commits a member has applied when it gives them. */
  commit(): Promise<MadeCommit>;
  add(keyPackages: readonly Uint8Array[]): Promise<MadeCommit>;
  remove(number: number): Promise<MadeCommit>;
  /** Commits the proposals that it has received. */
  commitPending(): Promise<MadeCommit>;
  encrypt(text: Uint8Array): Promise<Uint8Array>;
  /** Takes a message of the group, whatever it is; gives the text of an application message. */
  receive(message: Uint8Array): Promise<Uint8Array | null>;
  /** A GroupInfo with the tree, right after a commit of its own. */
  groupInfo(): Uint8Array;
  /** A secret that those have in common who are in the same epoch of the same group, and nobody else. */
  exported(): Promise<Uint8Array>;
}

/** Makes members by one engine. */
export type MakeMember = (suite: BenchSuite, number: number) => Promise<InteropMember>;

/** The credential of a member as core-crypto wants to read it: a person, a device and a domain. */
export function wireIdentity(number: number): Uint8Array {
  return new TextEncoder().encode(`${wirePerson(number)}:${number.toString(16)}@wire.com`);
}

/** A UUID for the person of this number. */
export function wirePerson(number: number): string {
  return `${number.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
}
