import type { RoomMirror } from "@conclave/client";
import type {
  ImportedFileDocument,
  JoinRequestDocument,
  OutcomeDocument,
  ProposalDocument,
  RefusedFileDocument,
} from "./agreementDocument.js";
import type { StewardDecisionDocument, DueDocument } from "./stewardDocument.js";
import type { FingerprintDocument, FingerprintsDocument } from "./fingerprintDocument.js";
import type { InvitationDocument } from "./invitationDocument.js";
import type { MessageDocument } from "./messageDocument.js";
import type { Credentials, PartyDocument } from "./partyDocument.js";
import type { AddressDocument, HostedRoomDocument } from "./operatorDocument.js";
import type { MemberDocument, PersonDocument } from "./personDocument.js";
import type { DamagedRoomDocument, FindingDocument } from "./doctorDocument.js";
import type { ExplanationDocument } from "./explanationDocument.js";
import type { PolicyDocument } from "./policyDocument.js";
import type { CheckDocument, FreshnessDocument, RoomDocument, StatusDocument } from "./roomDocument.js";
import type { SkippedKeyDocument, SshKeyDocument, SshKeyNameDocument } from "./sshKeyDocument.js";
import type { DecisionDocument, TimelineItemDocument } from "./timelineDocument.js";

/** One of the relay's settings. */
export interface Setting {
  /** Secrets are shown as `(set)`. */
  readonly value: string | number | boolean | readonly string[] | null;
  /** `flag`, `environment`, `file` or `default`, and which. */
  readonly source: string;
}

/** A relay's backup, and the folder that it was made of or restored into. */
export interface BackupDocument {
  readonly file: string;
  readonly data: string;
  readonly rooms: number;
  readonly records: number;
  /** When it was made. */
  readonly time: number;
  /** Whether it needs a passphrase. */
  readonly sealed: boolean;
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
 * test/records.test.ts runs every command and checks them; scripts/docs/generated.mjs writes them to docs/json.md.
 *
 * @public
 */
export interface CommandRecords {
  readonly "room new": {
    readonly room: RoomDocument;
    readonly link: string | null;
    readonly invitation: InvitationDocument | null;
    /** Whether the recovery words bring the founder back to it already: `ready`, or `preparing`. */
    readonly returning: StatusDocument["returning"];
  };
  readonly "room move": OutcomeDocument & {
    readonly room: string;
    /** The addresses of the relay before, and of the one where the room is now. */
    readonly from: string;
    readonly to: string;
  };
  readonly "room mirror add": OutcomeDocument & { readonly room: string; readonly address: string };
  readonly "room mirror remove": OutcomeDocument & { readonly room: string; readonly address: string };
  readonly "room mirror list": {
    readonly room: string;
    readonly isCurrent: boolean;
    /** How far this device has the room. */
    readonly n: number;
    /** `n`: up to where a mirror has the room. */
    readonly mirrors: readonly RoomMirror[];
  };
  readonly "room follow": {
    readonly room: string;
    readonly from: string;
    readonly to: string;
  };
  readonly join: {
    /** Without `--ssh-sign-file`. */
    readonly room?: RoomDocument;
    readonly members?: readonly MemberDocument[];
    /** With `--ssh-sign-file`: the file to sign. */
    readonly toSign?: string;
  };
  readonly rooms: { readonly rooms: readonly RoomDocument[] };
  readonly send: {
    readonly message: MessageDocument;
    /** With `--file`: what became of the notes that a camera wrote into a picture. */
    readonly notes?: string | null;
  };
  readonly reply: { readonly message: MessageDocument };
  readonly edit: { readonly message: MessageDocument };
  readonly react: { readonly message: MessageDocument };
  readonly delete: { readonly message: MessageDocument };
  readonly search: { readonly messages: readonly MessageDocument[] };
  readonly history: { readonly items: readonly TimelineItemDocument[] };
  readonly save: {
    readonly file: { readonly id: string; readonly name: string; readonly size: number };
    readonly path: string;
  };
  readonly leave: {
    readonly room: string;
    /** Whether somebody has already carried it out. */
    readonly done: boolean;
    /** With `--undo`. */
    readonly stays?: boolean;
  };
  readonly forget: { readonly room: string; readonly done: boolean };
  readonly members: {
    readonly room: RoomDocument;
    readonly freshness: FreshnessDocument;
    readonly members: readonly MemberDocument[];
  };
  readonly log: { readonly room: RoomDocument; readonly decisions: readonly DecisionDocument[] };
  readonly invite: OutcomeDocument & {
    /** Null, as the link, while others have to approve first: then `invites --link` shows it, by this id. */
    readonly invitation: InvitationDocument | null;
    readonly link: string | null;
    readonly invite: string;
  };
  readonly invites: {
    /** Without `--link`. */
    readonly invitations?: readonly InvitationDocument[];
    /** With `--link`. */
    readonly invitation?: InvitationDocument;
    readonly link?: string;
  };
  readonly allow: OutcomeDocument & {
    /** The keys in the file. */
    readonly keys: readonly SshKeyNameDocument[];
    readonly skipped: readonly SkippedKeyDocument[];
    /** How many of them this listed: those that were listed before do not count. */
    readonly count: number;
  };
  readonly allowed: { readonly keys: readonly SshKeyDocument[] };
  readonly disallow: OutcomeDocument & {
    readonly keys: readonly SshKeyNameDocument[];
    /** Always empty. */
    readonly skipped: readonly SkippedKeyDocument[];
    /** How many of them this took off the list. */
    readonly count: number;
  };
  readonly revoke: OutcomeDocument & { readonly invite: string };
  readonly requests: {
    readonly requests: readonly JoinRequestDocument[];
    readonly proposals: readonly ProposalDocument[];
  };
  readonly admit: OutcomeDocument & { readonly request: string };
  readonly deny: { readonly request: string; readonly done: boolean };
  readonly decline: {
    /** If it declined a request to join, like `deny`. */
    readonly request?: string;
    /** If it declined a proposal. */
    readonly proposal?: string;
    readonly done: boolean;
  };
  readonly approve: OutcomeDocument & {
    /** With `--export` or `--qr`: your approval, as it is in the file and in the QR code. Only people in the room can read it. */
    readonly letter?: string;
    /** With `--export`: the file. */
    readonly path?: string;
    /** With `--export` or `--qr`: whether the relay has taken the approval too. */
    readonly isSent?: boolean;
    /** With `--import`: the files whose approvals count now. `done` and the numbers are about the last one. */
    readonly imported?: readonly ImportedFileDocument[];
    /** With `--import`: the files that were of no use. If all of them are, the command fails instead. */
    readonly refused?: readonly RefusedFileDocument[];
  };
  readonly withdraw: { readonly proposal: string; readonly done: boolean };
  readonly remove: OutcomeDocument & { readonly person: PersonDocument };
  readonly ban: OutcomeDocument & { readonly person: PersonDocument };
  readonly role: OutcomeDocument & { readonly person: PersonDocument; readonly role: string };
  readonly "hand-over": OutcomeDocument & { readonly person: PersonDocument };
  readonly title: OutcomeDocument & { readonly title: string };
  readonly upgrade: OutcomeDocument & {
    /** The version that it leads to; that of the room where there is nothing to do. */
    readonly version: number;
    /** Whose apps have said that they do not know it, and who has said nothing yet. */
    readonly behind: readonly PersonDocument[];
    readonly unknown: readonly PersonDocument[];
  };
  readonly "reset-clock": OutcomeDocument & { readonly room: string };
  readonly seal: OutcomeDocument & { readonly room: string };
  readonly "policy show": PolicyDocument;
  readonly "policy explain": ExplanationDocument;
  readonly "policy set": OutcomeDocument & {
    /** The word of what it was changed to; null for a policy of the room's own. */
    readonly preset: string | null;
  };
  readonly verify: Partial<FingerprintsDocument> & {
    readonly person: PersonDocument;
    /** With `--mark` or `--unmark`: how it is now. */
    readonly isChecked?: boolean;
  };
  readonly status: {
    readonly room: RoomDocument;
    /** The relay was asked just now; false for a room that you are no longer in, or a relay that does not answer. */
    readonly isCurrent: boolean;
    readonly status: StatusDocument;
    /** With `--check`. */
    readonly check: CheckDocument | null;
  };
  readonly "verify-proof": {
    readonly proved: string;
    readonly relayKey: string;
    readonly receipts: readonly ProofReceipt[];
    readonly between: number;
  };
  readonly resume: {
    readonly wasPaused: StatusDocument["paused"];
    readonly paused: StatusDocument["paused"];
    /** How many alarms were there to look at. */
    readonly looked: number;
    /** How many messages that had waited were sent now. */
    readonly sent: number;
    /** This home was a copy, and came back as a new device. */
    readonly hasReturned: boolean;
  };
  readonly sync: {
    readonly room: RoomDocument;
    /** How many records of the room's log are new here. */
    readonly records: number;
    /** How many messages were waiting, and are sent. */
    readonly sent: number;
    /** What this home carried out: farewells, approved proposals, the preparation of your return. */
    readonly decisions: readonly DecisionDocument[];
    readonly hasRekeyed: boolean;
    readonly hasRefreshed: boolean;
  };
  readonly recovery: {
    readonly words: readonly string[];
    /** The rooms that you own, whether the words bring you back to each, and a link that goes with the words. */
    readonly rooms: readonly {
      readonly id: string;
      readonly title: string;
      readonly returning: StatusDocument["returning"];
      readonly link: string | null;
    }[];
  };
  readonly recover: FingerprintDocument & { readonly rooms: readonly RoomDocument[] };
  readonly "relay rooms": { readonly rooms: readonly HostedRoomDocument[] };
  readonly "relay delete": { readonly tag: string; readonly done: boolean };
  readonly "relay addresses": { readonly addresses: readonly AddressDocument[] };
  /** What was blocked, in the form in which it is kept. */
  readonly "relay block": { readonly addresses: readonly AddressDocument[] };
  readonly "relay unblock": { readonly addresses: readonly AddressDocument[] };
  readonly "relay recovered": { readonly data: string; readonly inDatabase: boolean; readonly done: boolean };
  readonly doctor: {
    readonly data: string;
    /** Whether nothing is bad. */
    readonly isWell: boolean;
    readonly findings: readonly FindingDocument[];
    readonly damaged: readonly DamagedRoomDocument[];
  };
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
  readonly backup: BackupDocument;
  /** `time` is that of the backup. */
  readonly restore: BackupDocument;
  readonly migrate: {
    /** Where the rooms are now: `database` or `folder`. */
    readonly to: string;
    readonly data: string;
    readonly rooms: number;
    readonly records: number;
    readonly files: number;
  };
  readonly "gateway add": { readonly party: PartyDocument; readonly given: Credentials | null };
  readonly "gateway list": { readonly parties: readonly PartyDocument[] };
  readonly "gateway revoke": { readonly party: PartyDocument };
  readonly "gateway run": {
    /** `ready`; then `counts`, once a minute if there was something. */
    readonly event: string;
    readonly address?: string;
    /** With `ready`: how many parties can write. */
    readonly parties?: number;
    /** With `counts`: what came of packets since the last time, by party. */
    readonly counts?: Readonly<Record<string, number>>;
    readonly time?: number;
  };
  readonly "gateway post": {
    /** Of the room's message. */
    readonly id: string;
  };
  readonly steward: {
    /** `ready`, then `decision` for each thing that it carries out, and `alarm`. With `--dry-run`: `due`, once. */
    readonly event: string;
    /** With `ready`: where it is a steward, and where it still waits to be let in. */
    readonly rooms?: readonly RoomDocument[];
    readonly decision?: StewardDecisionDocument;
    /** With `due`: what it would carry out now. */
    readonly due?: readonly DueDocument[];
    /** With `alarm`: its code, and the same for people. */
    readonly alarm?: { readonly code: string; readonly text: string };
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
