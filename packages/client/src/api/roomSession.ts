import type { Result } from "@conclave/codec";
import type { BlobId } from "@conclave/wire";
import type {
  Action,
  ActionHash,
  CommitRequest,
  Explanation,
  FileCard,
  Fingerprint,
  InviteId,
  NamedSshKey,
  SshKey,
  MessageId,
  MessageNonce,
  Outlook,
  PersonId,
  Policy,
  PolicyDoubt,
  Role,
  RoomId,
} from "@conclave/protocol";
import type { AttachOptions, FetchOptions, OutgoingFile, UnfinishedUpload } from "./fileTransfer.js";
import type { Decision } from "./decision.js";
import type {
  ApprovalImported,
  RoomInvite,
  InviteMade,
  InviteOptions,
  KeysListed,
  RoomSshKey,
  RoomJoinRequest,
  RoomProposal,
  DecisionProgress,
} from "./invitation.js";
import type { MirrorOptions, RoomMirror } from "./mirror.js";
import type { NamedPerson, RoomMember } from "./person.js";
import type { Powers } from "./powers.js";
import type { Problem } from "./problem.js";
import type { RecordChange } from "./programRecords.js";
import type { RoomVersion } from "./roomVersion.js";
import type { SearchOptions } from "./search.js";
import type { SessionEvent } from "./sessionEvent.js";
import type { FreshnessCheck, Returning, RoomStatus, Settled } from "./status.js";
import type { TimelineItem, TimelineMessage, TimelinePage } from "./timeline.js";

/** What this device owes others, and whom it is about. */
export interface DueWork {
  readonly action: CommitRequest;
  readonly person: NamedPerson | null;
}

/** A message to be sent. The room adds who, when and where. */
export interface NewMessage {
  /**
   * 16 random bytes; made here when left out. A caller that does not learn what became of a post (its tab or thread died)
   * posts it again with the same nonce: it is there once.
   */
  readonly nonce?: MessageNonce;
  /** "text", "file", …: at most 32 bytes. For "edit", "delete", "remove", "reaction" use the methods that check them. */
  readonly kind: string;
  /** The id of the message that this one answers, edits, deletes or reacts to. */
  readonly ref?: MessageId | null;
  /** For "text" and "edit" UTF-8; else as the kind says. */
  readonly body: Uint8Array;
  /**
   * Changes of the program's own records (`Client.records`), durable together with the message, or neither is. Where a
   * message of this nonce is there already nothing is changed.
   */
  readonly records?: readonly RecordChange[];
}

/** Where a room is to move. */
export interface MoveOptions {
  /** The address of the relay. */
  readonly relay: string;
  /** What its operator gives to people who may make rooms there; none where anybody may. */
  readonly permit?: Uint8Array;
  /** Its present relay is gone, or has lost the room: the new one alone gets the decision, and others follow when told (`follow`). */
  readonly isOldGone?: boolean;
}

/** What a person changes about a room in their list. */
export interface ListChange {
  readonly isPinned?: boolean;
  readonly isUnread?: boolean;
  readonly isArchived?: boolean;
}

/**
 * One room of this home. It keeps itself in step with the relay: connects, catches up, sends what waits, carries out
 * farewells, refreshes invites. Reading methods give what is known now; `watch` tells when to read again.
 *
 * Decisions resolve when the decision is in the room's log, with `progress.done` false when more people must agree, or
 * with the reason why not. A lost race is tried again by itself.
 */
export interface RoomSession {
  readonly id: RoomId;
  readonly title: string;
  /** The relay's address. */
  readonly relay: string;
  status(): RoomStatus;
  /** Who is in the room, in the order in which they came; nobody where we are out of it. */
  members(): readonly RoomMember[];
  /** All decisions since the founding, oldest first. */
  decisions(): readonly Decision[];
  policy(): Policy | null;
  /** Whether the room is sealed: its people, roles and rules stay as they are for ever. */
  isSealed(): boolean;
  /** Which version the room is of, and who could follow it to the next; null where we are not in it. */
  version(): RoomVersion | null;
  /** A page of what happened, oldest first. */
  timeline(page?: TimelinePage): Promise<readonly TimelineItem[]>;
  /** The message with this id, as it is now; null where there is none. */
  find(id: MessageId): Promise<TimelineMessage | null>;
  /**
   * Texts, and files by caption and name, that have every word of the query or one that begins with it, newest first. Case
   * and accents do not count. The first search reads everything that is kept, in small pieces, and is slower than those after it.
   */
  search(query: string, options?: SearchOptions): Promise<readonly TimelineMessage[]>;
  /**
   * What this device owes others now and does by itself: farewells, what enough people agreed to, links that are the permission, links
   * whose time is over, new keys for who has joined. By what it has read of the room, and of its `requests`.
   */
  due(): readonly DueWork[];
  /** Everything from now on, each after it was stored. A listener must not throw. Returns how to stop. */
  watch(listener: (event: SessionEvent) => void): () => void;

  /**
   * Resolves when the room is live: at the relay's head. `unreachable` after `timeout` ms; at once `refused` with `paused`, and
   * the alarm's code as its detail, where the relay answers and the log cannot be read to its end all the same: it keeps part of
   * it back (`WITHHELD`), or is not the room's relay (`BAD_RECEIPT`).
   */
  synced(timeout: number): Promise<Result<void, Problem>>;
  /** Makes the message durable; resolves then. It is sent as soon as the relay can be reached, in order, once. */
  post(post: NewMessage): Promise<Result<TimelineMessage, Problem>>;
  /** Posts a text. */
  send(text: string, ref?: MessageId): Promise<Result<TimelineMessage, Problem>>;
  /** Edits one of the person's own texts. `refused`: it is somebody else's, or no text. Resolves with the message as it is then. */
  edit(id: MessageId, text: string): Promise<Result<TimelineMessage, Problem>>;
  /**
   * Deletes a message of the person's own (with a file's bytes at the relay, where this device sent them), or, as an admin or owner, one of
   * somebody whose role is no higher.
   */
  remove(id: MessageId): Promise<Result<TimelineMessage, Problem>>;
  /**
   * Deletes messages from this device alone: their lines are gone for good, the others keep theirs, and nobody learns of it. Resolves
   * with how many there were; what waits to be sent is not among them.
   */
  forgetMessages(ids: readonly MessageId[]): Promise<number>;
  /**
   * Adds an emoji to a message, or removes it where it is there already; null removes all of the person's own. `malformed`:
   * no emoji, or one of more than 16 bytes (see `isReaction`); `refused`: the message has as many reactions as it can have.
   */
  react(id: MessageId, emoji: string | null): Promise<Result<TimelineMessage, Problem>>;
  /** What the person has begun to write and not sent; empty where there is nothing. */
  draft(): Promise<string>;
  /** Keeps it. Resolves when it is durable. */
  setDraft(text: string): Promise<void>;
  /**
   * Sends a file: encrypts it piece by piece to the relay, then posts its message; resolves when that is durable here, as
   * `post` does. Without a connection it waits for one, and goes on through lost ones. Problems: `cancelled` (the relay's
   * space is freed), `source`, `malformed` (name, type, picture or size), `relay` with `too_large` or `quota_exceeded`. When
   * the client is closed meanwhile (`closed`) it is in `uploads` and can be resumed with the same file.
   */
  attach(file: OutgoingFile, options?: AttachOptions): Promise<Result<TimelineMessage, Problem>>;
  /** Files whose upload is not finished, the oldest first. */
  uploads(): Promise<readonly UnfinishedUpload[]>;
  /** Gives up an unfinished upload and frees the relay's space. `unknown`: there is none, or it is running (use its signal). */
  discardUpload(id: BlobId): Promise<Result<void, Problem>>;
  /**
   * Fetches the file of a message of kind "file" (`decodeFileCard` of its body) and verifies it. Resolves with its bytes, or
   * null where `write` took them. Problems: `corrupted`, `cancelled`, `too_large`, `relay` with `blob_unknown` (it is gone).
   * Rejects with what `write` rejects with.
   */
  fetchFile(card: FileCard, options?: FetchOptions): Promise<Result<Uint8Array | null, Problem>>;
  /**
   * Resolves when nothing waits to be sent. With the reason at once where waiting is no remedy (`refused` with `paused` and the
   * alarm's code, `update_needed`, `restored`, `not_member`, `closed`, `relay`), and after `timeout` ms where it may be:
   * `unreachable`, `behind`, `relay`, `underway`. `fateOf` says what became of what was stored.
   */
  flushed(timeout: number): Promise<Result<void, Problem>>;
  /** A person has looked at the alarms that stop sending, and goes on. It does not help a copied device. */
  resume(): Promise<void>;
  /** A person has looked at this alarm: it stays in the timeline with its proof, and makes no banner. `unknown`: there is none. */
  acknowledge(order: number): Promise<Result<void, Problem>>;
  /** The person has read up to this place of the log: it is marked as unread no longer. */
  markRead(n: number): Promise<void>;
  /**
   * A person has the room before their eyes, now and for the next two minutes: call it again while that lasts. Only then does this
   * device ask those who decide to confirm the list of members, where nobody has for a while.
   */
  looking(): void;
  /**
   * Asks them now, and resolves when those whose word it takes have answered, or with who did after `timeout` ms. A device asks once
   * a minute: another call waits for the same answers. Problems as of `synced`.
   */
  checkNow(timeout: number): Promise<Result<FreshnessCheck, Problem>>;
  /** Mutes the room on this device, or ends that; nobody else learns of it. Resolves when it is durable. */
  mute(isMuted: boolean): Promise<void>;
  /** Pins the room in the list of rooms, marks it as unread, or archives it, on this device. Resolves when it is durable. */
  arrange(change: ListChange): Promise<void>;

  /** Makes a decision, or proposes it where more people have to agree. What loses a race is built again. */
  decide(action: Action | { readonly type: "rekey" }): Promise<Result<DecisionProgress, Problem>>;
  /**
   * Moves the room to another relay: everybody follows by themselves, and so do links to the old relay while that is there. Resolves
   * when the new relay has the room with all that newcomers need. `malformed`: no address; `unreachable`, `relay` (`create_denied`,
   * `room_exists`): the new relay does not take it, mostly before it was decided; `refused`: `not_allowed` for who is no owner, `already_so`.
   */
  move(options: MoveOptions): Promise<Result<DecisionProgress, Problem>>;
  /**
   * Looks for the room at another relay, where somebody says that an owner has moved it because its own is gone. What is there is judged
   * as any decision is. `behind`: this device and that owner have not read the log equally far. `refused`: no owner has moved it there.
   */
  follow(relay: string): Promise<Result<void, Problem>>;
  /** The relays at which members keep a copy of the room, and what this device knows of them. */
  mirrors(): readonly RoomMirror[];
  /** Looks at each of them now; each that does not answer takes ten seconds. What a mirror shows against the relay is an alarm. */
  lookAtMirrors(): Promise<readonly RoomMirror[]>;
  /**
   * Names another mirror, as those who may change the rules decide, and brings it what there is. Asks it first. `malformed`: no address;
   * `unreachable`, `relay` (`create_denied`): it does not take the room; `refused`: `already_so`, `invalid_action` for more than three.
   */
  addMirror(options: MirrorOptions): Promise<Result<DecisionProgress, Problem>>;
  /** Ends a mirror, by its address. `unknown`: there is none. */
  removeMirror(address: string): Promise<Result<DecisionProgress, Problem>>;
  proposals(): readonly RoomProposal[];
  /** Approves a proposal, and carries it out when that was the last approval that it needed. */
  approve(actionHash: ActionHash): Promise<Result<DecisionProgress, Problem>>;
  /**
   * Approves a proposal by a letter: a text that travels as a file or a QR code, past the relay. It holds the proposal too, is sealed
   * for the members of the room, and does not wait for the relay; the approval is said in the room as well, as soon as that goes.
   * From then on our person asks for the action too, where the rules let them. Each call makes a new letter.
   */
  exportApproval(actionHash: ActionHash): Promise<Result<string, Problem>>;
  /**
   * Counts the approval in a letter, as if its giver had just said it in the room, and carries the proposal out when that was the last
   * approval that it needed and our person has approved too. `refused`: `bad_letter`, `letter_…`, `not_member` (whose it is, is not
   * here), `not_caught_up` (it is of later than this device has read), `already_so`.
   */
  importApproval(letter: string): Promise<Result<ApprovalImported, Problem>>;
  /**
   * Declines somebody else's proposal. The others see it; it keeps nobody from agreeing, and `approve` undoes it.
   * `refused` with `unknown_proposal`: it is not open any more.
   */
  declineProposal(actionHash: ActionHash): Promise<Result<void, Problem>>;
  /** Withdraws the person's own proposal: nobody is asked for it any more. `refused` with `unknown_proposal`: it is not open, or not ours. */
  withdrawProposal(actionHash: ActionHash): Promise<Result<void, Problem>>;
  /**
   * What `decide` would come to, by the judge that every member has. A screen offers only what is allowed. Where the
   * room is not active: "no", with `not_active`.
   */
  outlook(action: Action): Outlook;
  /**
   * Who can do what alone, who together, and what nobody can, as the room is now; with a policy: under that one, were it the
   * room's. Null where the room is not active.
   */
  explain(policy?: Policy): Explanation | null;
  /** What is doubtful about a policy for this room, if our person set it now; null where the room is not active. */
  policyDoubts(policy: Policy): readonly PolicyDoubt[] | null;
  /** What our person may do here, by kinds; null where the room is not active. */
  powers(): Powers | null;
  /**
   * What a member could do with this role; with `of`, what that person could do then: who decides alone may have to ask others. Null
   * where the room is not active.
   */
  powersAs(person: PersonId, role: Role, of?: PersonId): Powers | null;
  /** Whether our person may `remove` what this person wrote, by the judge that every member has: their own, always. */
  mayRemove(author: PersonId): boolean;
  /** Creates an invite; resolves when its slot is at the relay, so that the link works. `null`: proposed only. */
  createInvite(options: InviteOptions): Promise<Result<InviteMade, Problem>>;
  invites(): readonly RoomInvite[];
  /** The SSH keys on the room's list, the newest first. An invite for listed keys (`for: listed`) lets in anyone who has one. */
  sshKeys(): readonly RoomSshKey[];
  /** Lists SSH keys ({@link readSshKeyFile}); those that are listed stay as they are. Many become several decisions. */
  allowKeys(keys: readonly NamedSshKey[]): Promise<Result<KeysListed, Problem>>;
  /** Takes SSH keys off the list; people who came by one stay. */
  disallowKeys(keys: readonly SshKey[]): Promise<Result<KeysListed, Problem>>;
  /** The link of an invite that was made here, for a web client at `host` (for example `chat.example.org`); null without its secret. */
  inviteLink(inviteId: InviteId, host: string): string | null;
  /** Whether the recovery words alone bring this person back; null for a person who is no owner: somebody has to admit them again. */
  returning(): Returning | null;
  /**
   * Makes it so, by a decision that everybody can see, also where it was ended. For a person who wants it
   * (`Client.wantReturn`) that happens by itself. `unknown` where there can be none.
   */
  prepareReturn(): Promise<Result<DecisionProgress, Problem>>;
  /**
   * Does at once what this device would do in its turn: farewells, what enough people agreed to, new keys for newcomers,
   * links that are out of step, the way back of our own person. Resolves when nothing is left to do, or after `timeout` ms; at once where
   * the room is not live. For processes that end soon.
   */
  settle(timeout: number): Promise<Settled>;
  /** Names the room, as an invite link does, and opens it to nobody: with it the recovery words bring a person back. */
  returnLink(host: string): string | null;
  /** People who ask to join. Asks the relay; `refused` where this device cannot read them. */
  requests(): Promise<Result<readonly RoomJoinRequest[], Problem>>;
  admit(requestId: number): Promise<Result<DecisionProgress, Problem>>;
  /**
   * Declines it: the request goes from the relay, and the person is told who declined, in a signed answer that only they can read.
   * They believe it of somebody whose approval would count. A relay before version 3 only forgets the request.
   */
  denyRequest(requestId: number): Promise<Result<void, Problem>>;
  /**
   * Says farewell; resolves when that is durable here. Standing turns to `left` when a member has carried it out. Until then
   * nothing more is said (`leaving`), and what others say is kept and not shown. What was written before is still sent.
   */
  leave(): Promise<Result<void, Problem>>;
  /**
   * Stays after all, if nobody has carried the farewell out: then what came meanwhile is shown, and everything goes on. Resolves when
   * that is durable here. `unknown` where there is none.
   */
  stay(): Promise<Result<void, Problem>>;

  fingerprint(person: PersonId): Fingerprint;
  /** 60 digits that all members can read aloud at one moment: equal means same people and same keys. */
  roomCode(): string | null;
  /** 60 digits that change only when people or policy change. */
  peopleCode(): string | null;
}
