import type { Decision, Message, TimelineItem } from "./timeline.js";
import type { Fingerprints, Invitation, JoinRequest, RoomStatus, RoomSummary } from "./room.js";
import type { Member, Person } from "./person.js";

/** Something happened in a room. `changed` means: read members, requests or status again. */
export type RoomEvent = TimelineItem | { readonly kind: "changed" };

export interface InviteOptions {
  readonly label: string;
  /** How many may use it; null for any number. */
  readonly uses: number | null;
  /** Ms from now; null for never. */
  readonly expires: number | null;
  readonly mode: "direct" | "ask";
}

/** What came of an action that may need the approval of several. */
export type Progress =
  | { readonly done: true }
  | { readonly done: false; readonly proposal: string; readonly approved: number; readonly needed: number };

/** A room of this home. All methods throw {@link CliError} for what is refused. */
export interface RoomSession {
  summary(): RoomSummary;
  status(): RoomStatus;
  members(): readonly Member[];
  decisions(): readonly Decision[];
  timeline(limit: number): Promise<readonly TimelineItem[]>;
  fingerprints(person: Member | null): Fingerprints;
  policy(): { readonly preset: string; readonly rules: Readonly<Record<string, string>> };
  /** Everything that happens from now on. Returns how to stop. */
  watch(listener: (event: RoomEvent) => void): () => void;
  /** Resolves when the room is at the relay's head, or throws `UNREACHABLE`. */
  sync(timeout: number): Promise<void>;
  /** Stores the message; resolves when it is durable here. It is sent as soon as the relay can be reached. */
  send(text: string): Promise<Message>;
  /** Resolves when nothing waits to be sent. */
  flushed(timeout: number): Promise<void>;
  invite(options: InviteOptions): Promise<{ readonly invitation: Invitation; readonly link: string }>;
  invitations(): readonly Invitation[];
  revoke(inviteId: string): Promise<Progress>;
  requests(): Promise<readonly JoinRequest[]>;
  admit(requestId: string): Promise<Progress>;
  decline(requestId: string): Promise<void>;
  approve(proposalId: string): Promise<Progress>;
  remove(person: Member): Promise<Progress>;
  leave(): Promise<void>;
  setRole(person: Member, role: string): Promise<Progress>;
  setPolicy(preset: string): Promise<Progress>;
}

/** What an invite leads to, verified before anything is sent. */
export interface Invited {
  readonly title: string;
  readonly roomId: string;
  readonly relay: string;
  readonly owners: readonly string[];
  readonly people: number;
  readonly confirmed: number | null;
  readonly mode: "direct" | "ask";
  /** Takes the place (direct: a member at once) or asks for it. */
  accept(name: string, note: string): Promise<RoomSession>;
}

/** One home: an identity, its rooms. */
export interface Session {
  me(): Person | null;
  rooms(): readonly RoomSummary[];
  /** The room that the text names (title or the beginning of its id), or the only one. */
  room(selector: string | null): RoomSession;
  createRoom(options: {
    readonly title: string;
    readonly name: string;
    readonly preset: string;
    readonly relay: string;
    readonly permit: string | null;
  }): Promise<RoomSession>;
  /** Reads what an invite leads to. */
  lookAt(link: string): Promise<Invited>;
  /** The 24 words that bring this person back. */
  recoveryWords(): string;
  close(): Promise<void>;
}
