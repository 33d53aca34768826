/**
 * A client of Conclave: one home with an identity and rooms, kept in step with their relays (docs/protocol.md §5 to §9).
 * Open a home with `openClient`; everything outside comes through ports. Drivers for Node are in `@conclave/client/node`,
 * for browsers in `@conclave/client/browser`.
 */
export { openClient } from "./home/homeClient.js";
export type { Client, ClientPorts, OpenOptions, OpenProblem, RoomOptions } from "./api/client.js";
export type { DueWork, ListChange, NewMessage, RoomSession } from "./api/roomSession.js";
export type { MirrorOptions, MirrorState, RoomMirror } from "./api/mirror.js";
export type {
  RoomInvite,
  RoomSshKey,
  KeysListed,
  InviteMade,
  InviteOptions,
  RoomJoinRequest,
  RoomProposal,
  ApprovalImported,
  DecisionProgress,
} from "./api/invitation.js";
export type { InvitePreview, JoinOptions } from "./api/invitePreview.js";
export type { JoinedBy, CheckedBy, PersonCheck, Marks, NamedPerson, RoomMember } from "./api/person.js";
export { actsWith, type ActWith } from "./api/actsWith.js";
export type { Power, Powers } from "./api/powers.js";
export type { RoomVersion } from "./api/roomVersion.js";
export type { Claim, Decision, Right, ShownSshKey } from "./api/decision.js";
export type {
  Deleted,
  Edited,
  QuotedMessage,
  Reaction,
  TimelineAlarm,
  TimelineItem,
  TimelineMessage,
  TimelinePage,
  TimelineProposal,
} from "./api/timeline.js";
export type {
  AttachOptions,
  CancelSignal,
  FetchOptions,
  OutgoingFile,
  TransferOptions,
  TransferProgress,
  UnfinishedUpload,
} from "./api/fileTransfer.js";
export { ActionHash, InviteId, MessageId, MessageNonce, newMessageNonce, PersonId, RoomId } from "@conclave/protocol";
export { decodeFileCard, thumbnailType, type FileCard, type FileWords, type Picture } from "@conclave/protocol";
export { decodeGatewayNotice, decodeVia, type GatewayParty, type ViaMessage } from "@conclave/protocol";
export type { ProgramRecords, RecordChange } from "./api/programRecords.js";
export type { FoundMessage, SearchOptions } from "./api/search.js";
export {
  MAX_PICTURE_BYTES,
  PICTURE_HEAD_BYTES,
  pictureFormat,
  type PictureFormat,
  withoutNotes,
} from "./pictures/pictureNotes.js";
export { storedFileName } from "./api/fileName.js";
export { plainName, plainText } from "./api/plainText.js";
export { isReaction } from "./store/reaction.js";
export { parseMarkup, type Mentionable } from "./text/markup.js";
export { markupText } from "./text/markupText.js";
export type { MarkKind, MarkupBlock, MarkupItem, MarkupLink, MarkupSpan } from "./text/markupTree.js";
export { ASK_AFTER_MS, pauseAmong, SPREAD_MS } from "./work/probes.js";
export type {
  Ending,
  Freshness,
  FreshnessCheck,
  Pause,
  Returning,
  OpenDecision,
  ListMarks,
  RoomStatus,
  Settled,
  Standing,
  WayBack,
} from "./api/status.js";
export type { ForgottenMessage, SessionEvent } from "./api/sessionEvent.js";
export { usualMode } from "./api/usualMode.js";
export { type Fate, fateOf, fateOfDecision, type Problem, type Rival } from "./api/problem.js";
export { type Storage, type StoredRecord, type Write, type Range, checkKey, orderedKey } from "./ports/storage.js";
export { type Transport, type Connection, type ConnectionEvents, MAX_FRAME_BYTES } from "./ports/transport.js";
export { type Clock, type CancelTimer } from "./ports/clock.js";
export { type Lock, type HeldLock } from "./ports/lock.js";
export { MemoryStorage, MemoryDisk, type CommitFate } from "./memory/memoryStorage.js";
export { MemoryLock } from "./memory/memoryLock.js";
export { ManualClock } from "./memory/manualClock.js";
export { CLOCK_LIMIT_MS } from "./store/clockWitness.js";
