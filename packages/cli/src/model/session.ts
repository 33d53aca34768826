import type { OutgoingFile } from "@conclave/client";
import type { Decision, Message, SharedFile, TimelineItem } from "./timeline.js";
import type {
  Fingerprints,
  Invitation,
  JoinRequest,
  PolicyDocument,
  Proposal,
  RoomStatus,
  RoomSummary,
} from "./room.js";
import type { Member } from "./person.js";

/** Something happened in a room. `amended`: a message that was shown before is so now. `changed`: read members, requests or status again. */
export type RoomEvent =
  TimelineItem | { readonly kind: "amended"; readonly message: Message } | { readonly kind: "changed" };

export interface InviteOptions {
  readonly label: string;
  /** How many may use it. */
  readonly uses: number;
  /** Ms from now; null for never. */
  readonly expires: number | null;
  /** Null for what fits the room: `ask` where several people decide together on who comes in, else `direct`. */
  readonly mode: "direct" | "ask" | null;
}

/** What came of an action that may need the approval of several. */
export type Progress =
  | { readonly done: true }
  | { readonly done: false; readonly proposal: string; readonly approved: number; readonly needed: number };

/** What this device did of what was owed in a room. */
export interface Settled {
  readonly decisions: readonly Decision[];
  readonly hasRekeyed: boolean;
  readonly hasRefreshed: boolean;
}

/** A room of this home, in the words of the command line. Methods throw `CliError` for what is refused. */
export interface RoomSession {
  summary(): RoomSummary;
  status(): RoomStatus;
  members(): readonly Member[];
  decisions(): readonly Decision[];
  timeline(limit: number): Promise<readonly TimelineItem[]>;
  fingerprints(person: Member | null): Fingerprints;
  policy(): PolicyDocument;
  /** Everything that happens from now on. Returns how to stop. */
  watch(listener: (event: RoomEvent) => void): () => void;
  /** Stores the message; resolves when it is durable here. It is sent as soon as the relay can be reached. */
  send(text: string, id?: string): Promise<Message>;
  /** Sends a file; resolves when its message is durable here. One that was begun before and is the same goes on. */
  sendFile(file: OutgoingFile, signal: AbortSignal): Promise<Message>;
  /** The files that this home knows of, with the ids of their messages. */
  files(): Promise<readonly (SharedFile & { readonly id: string })[]>;
  /** Gives the bytes of the file of a message, each piece after it was verified. */
  saveFile(messageId: string, write: (piece: Uint8Array) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Resolves when nothing waits to be sent. */
  flushed(): Promise<void>;
  invite(
    options: InviteOptions,
  ): Promise<
    | { readonly progress: Progress; readonly invitation: Invitation; readonly link: string; readonly isReady: boolean }
    | { readonly progress: Progress; readonly invitation: null; readonly link: null; readonly isReady: boolean }
  >;
  invitations(): readonly Invitation[];
  revoke(inviteId: string): Promise<Progress>;
  requests(): Promise<readonly JoinRequest[]>;
  admit(requestId: string): Promise<Progress>;
  decline(requestId: string): Promise<void>;
  proposals(): readonly Proposal[];
  /** What was decided by the proposal whose id begins so; null where nothing was. */
  decided(proposalId: string): Decision | null;
  approve(proposalId: string): Promise<Progress>;
  /** Says no to somebody else's proposal: it keeps nobody from agreeing. Stored, and sent in the order of messages. */
  declineProposal(proposalId: string): Promise<void>;
  /** Takes an own proposal back. Stored, and sent in the order of messages. */
  withdraw(proposalId: string): Promise<void>;
  /** Takes somebody out. With `isBan` no link lets them in again. */
  remove(person: Member, isBan?: boolean): Promise<Progress>;
  /** Says farewell. Resolves with whether a member has carried it out already. */
  leave(): Promise<boolean>;
  setRole(person: Member, role: string): Promise<Progress>;
  setPolicy(preset: string): Promise<Progress>;
  /** A person has looked at all alarms, and goes on sending. */
  resume(): Promise<void>;
}
