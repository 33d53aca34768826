/**
 * A client of Conclave: one home with an identity and rooms, kept in step with their relays (docs/protocol.md §5 to §9).
 * Open a home with `openClient`; everything outside comes through ports. Drivers for Node are in `@conclave/client/node`,
 * for browsers in `@conclave/client/browser`.
 */
export { openClient } from "./home/homeClient.js";
export type { Client, ClientPorts, Opened, OpenOptions, OpenProblem, RoomOptions } from "./view/client.js";
export type { Post, RoomSession } from "./view/roomSession.js";
export type {
  Invitation,
  InviteMade,
  InviteOptions,
  Invited,
  JoinRequest,
  OpenProposal,
  Progress,
} from "./view/invitation.js";
export type { Admission, CheckedBy, Mark, Marks, NamedPerson, RoomMember } from "./view/person.js";
export type { Power, Powers } from "./view/powers.js";
export type { Decision, Right } from "./view/decision.js";
export type {
  Deleted,
  Edited,
  Quote,
  Reaction,
  TimelineAlarm,
  TimelineItem,
  TimelineMessage,
  TimelinePage,
  TimelineProposal,
} from "./view/timeline.js";
export type {
  AttachOptions,
  CancelSignal,
  FetchOptions,
  OutgoingFile,
  TransferOptions,
  TransferProgress,
  UnfinishedUpload,
} from "./attachment/fileTransfer.js";
export { decodeFileCard, thumbnailType, type FileCard, type FileWords, type Picture } from "@conclave/protocol";
export { decodeGatewayNotice, decodeVia, type GatewayParty, type ViaMessage } from "@conclave/protocol";
export type { ProgramRecords, RecordChange } from "./view/programRecords.js";
export type { FoundMessage, SearchOptions } from "./view/search.js";
export {
  LARGEST_PICTURE,
  PICTURE_HEAD,
  pictureFormat,
  type PictureFormat,
  withoutNotes,
} from "./pictures/pictureNotes.js";
export { storedFileName } from "./view/fileName.js";
export { plainName, plainText } from "./view/plainText.js";
export { isReaction } from "./conversation/reaction.js";
export { mentionsIn, type MentionSpan } from "./conversation/mentions.js";
export type { Ending, Freshness, Pause, Returning, RoomStatus, Settled, Standing } from "./view/status.js";
export type { SessionEvent } from "./view/sessionEvent.js";
export { usualMode } from "./view/usualMode.js";
export { explainProblem, spanOf } from "./view/explainProblem.js";
export { type Fate, fateOf, fateOfDecision, type Problem, type Result } from "./view/problem.js";
export { type Storage, type StoredRecord, type Write, type Range, checkKey, orderedKey } from "./ports/storage.js";
export { type Transport, type Connection, type ConnectionEvents, MAX_FRAME } from "./ports/transport.js";
export { type Clock, type CancelTimer } from "./ports/clock.js";
export { type Lock, type HeldLock } from "./ports/lock.js";
export { MemoryStorage, MemoryDisk, type CommitFate } from "./memory/memoryStorage.js";
export { MemoryLock } from "./memory/memoryLock.js";
export { ManualClock } from "./memory/manualClock.js";
export { CLOCK_LIMIT_MS } from "./session/clockWitness.js";
