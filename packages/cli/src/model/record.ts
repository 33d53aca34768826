import type { Credentials, PartyDocument } from "./gatewayParty.js";
import type { Member, Person } from "./person.js";
import type {
  Fingerprints,
  Invitation,
  JoinRequest,
  PolicyDocument,
  Proposal,
  RoomStatus,
  RoomSummary,
} from "./room.js";
import type { Alarm, Decision, Message, ProposalLine, TimelineItem } from "./timeline.js";

/** `v` of every record. It grows when a field goes or changes its meaning; new fields may come without that. */
export const RECORD_VERSION = 1;

/** Something that deserves attention, and did not stop the command. */
export interface Warning {
  /** An error's code, or NOTICE, NO_TLS, ROOM_AHEAD, LINK_LATE. */
  readonly code: string;
  /** For people. */
  readonly message: string;
}

/** Why a command failed. */
export interface ErrorBody {
  /** One of the error codes; it says the exit code too. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** What to do, for people. */
  readonly hint: string | null;
  /** What became of the message that was to be sent; left out where there was none. */
  readonly fate?: "kept" | "dropped" | "unknown";
}

/** What came of a decision: done (exit code 0), or waiting until more people agree (exit code 7). */
export interface Outcome {
  readonly done: boolean;
  /** With `done` false: what others give to `conclave approve`. */
  readonly proposal?: string;
  /** With `done` false: how many have said yes, and how many it takes. */
  readonly approved?: number;
  readonly needed?: number;
}

/** A fingerprint to compare. */
export interface OwnFingerprint {
  readonly words: readonly string[];
  readonly digits: string;
}

/** One of the relay's settings. */
export interface Setting {
  /** Secrets are shown as `(set)`. */
  readonly value: string | number | boolean | readonly string[] | null;
  /** `flag`, `environment`, `file` or `default`, and which. */
  readonly source: string;
}

/** A receipt in a proof. */
export interface ProofReceipt {
  readonly kind: string;
  readonly n: number;
  readonly head: string;
  readonly time: number;
}

/**
 * The one record of each command, by its name. `roomId` is there where the command is about one room; `warnings` always.
 * Held by test/records.test.ts, which runs them; written down by scripts/docs/json.mjs.
 *
 * @public
 */
export interface CommandRecords {
  readonly "room new": {
    readonly room: RoomSummary;
    readonly link: string | null;
    readonly invitation: Invitation | null;
    /** Whether the recovery words bring the founder back to it already: `ready`, or `preparing`. */
    readonly returning: RoomStatus["returning"];
  };
  readonly join: { readonly room: RoomSummary; readonly members: readonly Member[] };
  readonly rooms: { readonly rooms: readonly RoomSummary[] };
  readonly send: {
    readonly message: Message;
    /** With `--file`: what became of the notes that a camera wrote into a picture. */
    readonly notes?: string | null;
  };
  readonly reply: { readonly message: Message };
  readonly edit: { readonly message: Message };
  readonly react: { readonly message: Message };
  readonly delete: { readonly message: Message };
  readonly search: { readonly messages: readonly Message[] };
  readonly history: { readonly items: readonly TimelineItem[] };
  readonly save: {
    readonly file: { readonly id: string; readonly name: string; readonly size: number };
    readonly path: string;
  };
  readonly leave: {
    readonly room: string;
    /** Whether somebody has carried it out already. */
    readonly done: boolean;
    /** With `--undo`. */
    readonly stays?: boolean;
  };
  readonly forget: { readonly room: string; readonly done: boolean };
  readonly members: {
    readonly room: RoomSummary;
    readonly freshness: RoomStatus["freshness"];
    readonly members: readonly Member[];
  };
  readonly log: { readonly room: RoomSummary; readonly decisions: readonly Decision[] };
  readonly invite: Outcome & { readonly invitation: Invitation | null; readonly link: string | null };
  readonly invites: {
    /** Without `--link`. */
    readonly invitations?: readonly Invitation[];
    /** With `--link`. */
    readonly invitation?: Invitation;
    readonly link?: string;
  };
  readonly revoke: Outcome & { readonly invite: string };
  readonly requests: { readonly requests: readonly JoinRequest[]; readonly proposals: readonly Proposal[] };
  readonly admit: Outcome & { readonly request: string };
  readonly decline: {
    /** Where somebody who asked to join was turned down. */
    readonly request?: string;
    /** Where it was a no to a proposal. */
    readonly proposal?: string;
    readonly done: boolean;
  };
  readonly approve: Outcome;
  readonly withdraw: { readonly proposal: string; readonly done: boolean };
  readonly remove: Outcome & { readonly person: Person };
  readonly ban: Outcome & { readonly person: Person };
  readonly role: Outcome & { readonly person: Person; readonly role: string };
  readonly "hand-over": Outcome & { readonly person: Person };
  readonly title: Outcome & { readonly title: string };
  readonly seal: Outcome & { readonly room: string };
  readonly policy: {
    /** Without an argument. */
    readonly policy?: PolicyDocument;
    /** With a preset: what it was changed to, and what came of it. */
    readonly preset?: string;
    readonly done?: boolean;
    readonly proposal?: string;
    readonly approved?: number;
    readonly needed?: number;
  };
  readonly verify: Partial<Fingerprints> & {
    readonly person: Person;
    /** With `--mark` or `--unmark`: how it is now. */
    readonly isChecked?: boolean;
  };
  readonly status: {
    readonly room: RoomSummary;
    /** The relay was asked just now; false for a room that one is out of, or a relay that does not answer. */
    readonly isCurrent: boolean;
    readonly status: RoomStatus;
  };
  readonly "verify-proof": {
    readonly proved: string;
    readonly relayKey: string;
    readonly receipts: readonly ProofReceipt[];
    readonly between: number;
  };
  readonly resume: {
    readonly wasPaused: RoomStatus["paused"];
    readonly paused: RoomStatus["paused"];
    /** How many alarms were there to look at. */
    readonly looked: number;
    /** How many messages that had waited were sent now. */
    readonly sent: number;
    /** This home was a copy, and came back as a new device. */
    readonly hasReturned: boolean;
  };
  readonly sync: {
    readonly room: RoomSummary;
    /** How many records of the room's log are new here. */
    readonly records: number;
    /** How many messages were waiting, and are sent. */
    readonly sent: number;
    /** What this home carried out: farewells, what was agreed, the way back by the words. */
    readonly decisions: readonly Decision[];
    readonly hasRekeyed: boolean;
    readonly hasRefreshed: boolean;
  };
  readonly recovery: {
    readonly words: readonly string[];
    /** Rooms that one owns, whether the words bring one back to each, and a link that goes with the words. */
    readonly rooms: readonly {
      readonly id: string;
      readonly title: string;
      readonly returning: RoomStatus["returning"];
      readonly link: string | null;
    }[];
  };
  readonly recover: OwnFingerprint & { readonly rooms: readonly RoomSummary[] };
  readonly serve: {
    /** `ready`. */
    readonly event?: string;
    readonly address?: string;
    readonly listening?: string;
    readonly data?: string;
    readonly web?: boolean;
    /** With `--print-config`. */
    readonly settings?: Readonly<Record<string, Setting>>;
  };
  readonly "gateway add": { readonly party: PartyDocument; readonly given: Credentials | null };
  readonly "gateway list": { readonly parties: readonly PartyDocument[] };
  readonly "gateway revoke": { readonly party: PartyDocument };
  readonly "gateway run": {
    /** `ready`; then `counts`, once a minute where there was something. */
    readonly event: string;
    readonly address?: string;
    /** With `ready`: how many may write. */
    readonly parties?: number;
    /** With `counts`: what came of packets since the last time, by party. */
    readonly counts?: Readonly<Record<string, number>>;
    readonly time?: number;
  };
  readonly "gateway post": {
    /** Of the room's message. */
    readonly id: string;
  };
  readonly web: {
    /** `ready`. */
    readonly event: string;
    readonly address: string;
    readonly version: string;
    readonly build: string;
  };
  /** Further fields say what was compared. */
  readonly "verify-web": { readonly same: boolean; readonly host: string; readonly signed: boolean | null };
  readonly "sign-web": {
    readonly version: string;
    readonly build: string;
    readonly signer: string;
    readonly file: string;
  };
  readonly version: { readonly version: string; readonly node: string };
}

/**
 * The records of `conclave chat --json`, one a line, by `kind`. Each has `roomId`.
 *
 * @public
 */
export interface ChatRecords {
  /** In the room's log, and readable: own messages too, once. */
  readonly message: { readonly message: Message };
  readonly decision: { readonly decision: Decision };
  readonly alarm: { readonly alarm: Alarm };
  /** Somebody asks the others to agree to something. */
  readonly proposal: { readonly proposal: ProposalLine };
  /** Something that cannot be read. `reason`: before_join, epoch_gone, replayed, pruned, invalid. */
  readonly unreadable: { readonly n: number; readonly reason: string; readonly sentence: string };
  /** A message that was told before was edited, deleted or reacted to: how it is now. */
  readonly amended: { readonly message: Message };
  /** What was stored has been told; what follows happens now. */
  readonly history_end: object;
  /** Members, status, invites or proposals are to be read again. */
  readonly changed: object;
  /** Somebody asks to be let in. */
  readonly request: { readonly request: JoinRequest };
  /** The connection to the relay: `offline`, `connecting`, `catching up` or `live`. */
  readonly connection: { readonly connection: string };
  /** A line was not sent. */
  readonly error: { readonly error: ErrorBody; readonly warnings: readonly Warning[] };
}
