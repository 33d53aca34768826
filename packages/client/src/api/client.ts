import type { Result } from "@conclave/codec";
import type { Crypto, Random } from "@conclave/crypto";
import type { Fingerprint, PersonId, Policy, RoomId } from "@conclave/protocol";
import type { Clock } from "../ports/clock.js";
import type { Lock } from "../ports/lock.js";
import type { Storage } from "../ports/storage.js";
import type { Transport } from "../ports/transport.js";
import type { InvitePreview } from "./invitePreview.js";
import type { Problem } from "./problem.js";
import type { Marks } from "./person.js";
import type { ProgramRecords } from "./programRecords.js";
import type { FoundMessage, SearchOptions } from "./search.js";
import type { RoomSession } from "./roomSession.js";

/** Everything that a client takes from outside. */
export interface ClientPorts {
  readonly storage: Storage;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  /** The home's lock: held as long as the client is open. */
  readonly lock: Lock;
}

/** How to open a home. */
export interface OpenOptions {
  /** The 24 words of a person who comes back; only for a home that has no identity yet. */
  readonly recoveryPhrase?: string;
  /** MLS cipher suite of rooms that are founded here; the protocol's default when left out. */
  readonly suite?: number;
  /** False leaves rooms unconnected until `connect` (true). */
  readonly connect?: boolean;
  /** Rooms are read as they go on, and nothing is sent or decided in them: see `RoomSession.due`. */
  readonly onlyReads?: boolean;
}

/** Why a home was not opened. */
export type OpenProblem =
  /** Another process or tab has it open. */
  | "in_use"
  /** It is of an earlier form, which this build does not read: nothing in it was changed. */
  | "old_form"
  /** The words are no recovery phrase. */
  | "bad_phrase"
  /** The home has an identity, and it is another one than the phrase's. */
  | "other_identity";

/** A room to found. */
export interface RoomOptions {
  readonly title: string;
  /** How the founder is called in the room. */
  readonly name: string;
  readonly policy: Policy;
  /** The relay: `wss://host`, `https://host`, or `ws://` / `http://` for one without TLS. */
  readonly relay: string;
  /** What the relay's operator gave to people who may create rooms; empty where anybody may. */
  readonly permit?: Uint8Array;
}

/** One home that is open: a person, this device, and its rooms. */
export interface Client {
  /** The person's public identity key: who we are, everywhere. */
  readonly person: PersonId;
  fingerprint(): Fingerprint;
  /** The 24 words that bring this person back. Anybody who has them is the person. */
  recoveryPhrase(): string;
  /** Whether each room that the person owns is made to take them back by the words. */
  readonly wantsReturn: boolean;
  /**
   * The person has the words, or is given them now. Resolves when that is durable; from then on each room that they own, also
   * a later one, is made to take them back by the words, as soon as it can be reached (`RoomSession.returning`).
   */
  wantReturn(): Promise<void>;
  /** What the link shows of a room that this person has asked to join (standing `asking`), read again. `unknown` for any other room. */
  previewAsked(roomId: RoomId): Promise<Result<InvitePreview, Problem>>;
  /**
   * For a room where this device is a copy, or was put back from one (standing `restored`): comes back into it as a new device,
   * by the person's own words, which this home has. Resolves when that is in the room's log. `unknown` where it was not
   * prepared: then somebody in the room removes this device, and admits the person again.
   */
  comeBack(roomId: RoomId): Promise<Result<RoomSession, Problem>>;
  /** Whom the person has checked. */
  readonly marks: Marks;
  /** What the program on top of this client keeps here. */
  readonly records: ProgramRecords;
  /** Messages of all rooms that have every word of the query, newest first; `before` is a time (ms). */
  search(query: string, options?: SearchOptions): Promise<readonly FoundMessage[]>;
  /** All rooms of this home, also those that we left. */
  rooms(): readonly RoomSession[];
  room(roomId: RoomId): RoomSession | null;
  /** Tells when a room was added or forgotten, or a person was marked. Returns how to stop. */
  watch(listener: () => void): () => void;
  /** Founds a room. Resolves when the relay has it. */
  createRoom(options: RoomOptions): Promise<Result<RoomSession, Problem>>;
  /** Reads what an invite leads to, and checks the room's whole history. Sends nothing about us and stores nothing. */
  previewInvite(link: string): Promise<Result<InvitePreview, Problem>>;
  /** Deletes everything about a room from this home. The room's members see nothing of it: leave first. */
  forget(roomId: RoomId): Promise<void>;
  /** Connects all rooms, when it was opened without. */
  connect(): void;
  /**
   * The network came or went, or the person asks: try at once instead of waiting, and find out soon whether what seems to
   * be connected still is.
   */
  nudge(): void;
  /** The person says that this device's clock is right, whatever others' say: decisions take its time. Until the home is closed. */
  trustClock(): void;
  /** Stops everything and frees the home. What is stored goes on when it is opened again. */
  close(): Promise<void>;
}
