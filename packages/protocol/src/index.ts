/** Who is in the room, and how everybody knows: identity, policy, the roster, and what travels sealed (docs/protocol.md). */
export { ActionHash, DeviceKey, InviteId, LeafKey, MessageId, MessageNonce, PersonId, RoomId } from "./encoding/ids.js";
export type { Delta, Provider } from "./encoding/provider.js";
export { certifyDevice, openDeviceCert, type DeviceCert } from "./identity/deviceCert.js";
export {
  certifyLeaf,
  isLeafCredential,
  leafKeyOf,
  NO_ROOM,
  openLeafCert,
  type DeviceIdentity,
  type LeafCert,
} from "./identity/leafCert.js";
export { identityOf, newDevice, newIdentity, type Identity } from "./identity/person.js";
export { isRecoveryWord, recoveryPhrase, seedOfPhrase } from "./identity/recoveryPhrase.js";
export { peopleCode, personFingerprint, personTag, roomCode, type Fingerprint } from "./identity/fingerprint.js";
export { isLabel, MAX_LABEL_BYTES } from "./identity/label.js";
export { openEnvelope, sealEnvelope } from "./transport/envelope.js";
export { PADDED_SIZES } from "./transport/padding.js";
export { openRosterRecord, sealRosterRecord, type RosterKey, type RosterRecordContent } from "./transport/rosterLog.js";
export { epochMark, openBeacon, signBeacon, type Beacon } from "./evidence/beacon.js";
export {
  contradiction,
  proofFromJson,
  proofToJson,
  verifyProof,
  type Contradiction,
  type Proof,
  type Receipt,
} from "./evidence/contradiction.js";
export type { LogPath } from "./evidence/logPath.js";
export type { Message, MessageContent, NewContent } from "./message/message.js";
export { messageIdOf, newMessageNonce, ProtocolKind } from "./message/message.js";
export type { SignedView } from "./message/signedView.js";
export {
  decodeGatewayNotice,
  decodeVia,
  encodeGatewayNotice,
  encodeVia,
  type GatewayParty,
  isPartyLabel,
  PARTY_ID_BYTES,
  type ViaMessage,
} from "./message/via.js";
export type {
  Append,
  OutgoingMessage,
  PendingCommit,
  Received,
  RoomCreation,
  RoomEvent,
  Unreadable,
} from "./room/outcome.js";
export type { RoomAdoption } from "./room/roomMoving.js";
export { ALARM_CODES, alarmTopic, isClaim, type Alarm, type AlarmCode } from "./evidence/alarm.js";
export { REJECTION_CODES, type Rejection, type RejectionCode, type Upgraded } from "./policy/rejection.js";
export { actionLayout, decodeAction, encodeAction, type Action, type ActionType } from "./roster/action.js";
export { MAX_MIRRORS, type Mirror, OTHER_MIRRORS } from "./roster/mirror.js";
export type { MirrorPlace, ReadPart } from "./room/roomMirrors.js";
export type { RelayIdentity } from "./roster/relayIdentity.js";
export {
  inviteLimit,
  isInviteOpen,
  MAX_WELCOME_TEXT_BYTES,
  type Invite,
  type InviteFor,
  type InviteTerms,
} from "./invite/invite.js";
export {
  memberOf,
  memberOfLeaf,
  roleOf,
  stewardsOf,
  inviteOf,
  listedKeyOf,
  type Device,
  type FormerMember,
  type ListedKey,
  type Member,
  type Roster,
} from "./roster/roster.js";
export {
  adminsOf,
  preset,
  PRESET_NAMES,
  presetNameOf,
  presetOf,
  readPreset,
  type Preset,
  type PresetFault,
  type PresetName,
} from "./policy/presets.js";
export {
  MAX_POLICY_FILE_BYTES,
  POLICY_FAULT_CODES,
  type PolicyFault,
  type PolicyFaultCode,
  readPolicyFile,
} from "./policy/policyFile.js";
export { type RepeatedName, repeatedNames } from "./policy/repeatedNames.js";
export { POLICY_DOUBT_CODES, type PolicyDoubt, policyDoubts } from "./roster/policyDoubts.js";
export type { Policy, PolicyMatter, PolicySettings } from "./policy/policy.js";
export { type DecidingRole, hasSay, isAtLeast, type Role } from "./policy/role.js";
export type { InviteClass, Rule } from "./policy/rule.js";
export { actionHash } from "./roster/action.js";
export { type ActKind, ACTS, EXAMPLE_TERMS } from "./roster/actKind.js";
export {
  type ExplainedAct,
  type Explanation,
  explain,
  imagined,
  isPossible,
  type WayToAgree,
} from "./roster/explain.js";
export { letsIn, type Outlook, rightTo } from "./roster/outlook.js";
export { consents, type Consents } from "./roster/consent.js";
export { covers, type GivenYes, othersNeeded, vouchersOf } from "./roster/coverage.js";
export { decodeEntry, type Entry, type EntryContent } from "./roster/entry.js";
export { NO_EVIDENCE, type Evidence } from "./roster/entryHeader.js";
export {
  authorEntry,
  evaluate,
  type Carriage,
  type AllowedEntry,
  type EntryDraft,
  type Transition,
} from "./roster/evaluate.js";
export { replay, type Replayed } from "./roster/replay.js";
export { FIRST_VERSION, ROOM_VERSION } from "./roster/version.js";
export type { NotedReceipt, ProofWanted } from "./room/relayWatch.js";
export { Room } from "./room/room.js";
export type { RoomWriteKey } from "./room/keyring.js";
export type { OpenProposal } from "./room/proposals.js";
export type { NewTerms } from "./room/ownInvite.js";
export { loadRoom } from "./room/loadRoom.js";
export { foundRoom, type Founded, type Founding } from "./room/foundRoom.js";
export { MOST_RETURNS, returnSecret } from "./invite/returnSecret.js";
export { openReturnOf } from "./roster/actions/openReturn.js";
export { inviteKeys, slotIdOf, type InviteKeys } from "./invite/inviteKeys.js";
export { inviteLink, linkLetters, linkSecret, parseLink, type InviteLink } from "./invite/link.js";
export { pleaKeys, type Plea, type PleaKeys, type PleaReason } from "./invite/plea.js";
export type { Door, Removal } from "./invite/door.js";
export type { DoorOpening, PleaStanding } from "./room/pleading.js";
export { readInviteProof } from "./invite/inviteProof.js";
export {
  fromBase64,
  readSshsig,
  readSshRawSignature,
  type SshSignatureFault,
  MAX_SSHSIG_BYTES,
} from "./invite/sshsigFile.js";
export { sshKeyBlob, sshFingerprint, SshKey, SSH_KEY_TYPE, readSshKey } from "./invite/sshKey.js";
export {
  isSignedBySsh,
  SSH_NAMESPACE,
  sshJoinMessage,
  sshSignedBytes,
  type SshJoin,
  type SshSignature,
} from "./invite/sshSignature.js";
export {
  MAX_KEY_FILE_BYTES,
  type NamedSshKey,
  readSshKeyFile,
  type SkippedLine,
  type SkippedReason,
  type SshKeyFile,
} from "./invite/sshKeyFile.js";
export { sortedKeys } from "./roster/actions/allow.js";
export { changesList } from "./roster/listedKey.js";
export { MAX_KEYS_AT_ONCE } from "./roster/limit.js";
export type { JoinRequest } from "./invite/joinRequest.js";
export type { SlotView } from "./invite/slot.js";
export type { DecisionRecord, UsedSshKey } from "./room/decisionRecord.js";
export { decisionRecordOf } from "./room/decisionRecord.js";
export type { ComingIn } from "./room/comeIn.js";
export { joinRoom, type Joiner, type Joining, type SshPass, sshPassLayout } from "./room/joinRoom.js";
export type { OpenDoor } from "./room/seat.js";
export {
  judgeRoom,
  type OpenedRoom,
  openingRoom,
  openRoom,
  previewRoom,
  readSlot,
  type RoomPreview,
} from "./room/preview.js";
export type { HistoryReading } from "./room/history.js";
export { admissionSignatures, signaturesOf } from "./room/signatures.js";
export {
  acceptAdmission,
  type Admitted,
  askAgain,
  acceptDecline,
  askToJoin,
  type Asking,
  decodeAsking,
  encodeAsking,
  isDecline,
  type OpenedAdmission,
  openingAdmission,
  REQUEST_LIFETIME_MS,
} from "./room/asking.js";
export { decodeAppend, encodeAppend } from "./room/storedAppend.js";
export { alarm, isPausing } from "./evidence/alarm.js";
export { roomTagOf } from "./room/roomTag.js";
export type { Confirmation, Membership, Unopened } from "./room/roomCore.js";
export { availableOf } from "./room/withheld.js";
export type { LogPlace } from "./evidence/logMemory.js";
export type { CommitRequest } from "./room/authorCommit.js";
export { MAX_BODY_BYTES, MAX_KIND_BYTES } from "./message/payload.js";
export { openApproval, type Approval } from "./roster/approval.js";
export { MAX_LETTER_TEXT } from "./room/approvalLetter.js";
export {
  decodeFileCard,
  encodeFileCard,
  isFileWords,
  MAX_CAPTION_BYTES,
  MAX_FILE_NAME_BYTES,
  MAX_MEDIA_TYPE_BYTES,
  MAX_THUMBHASH_BYTES,
  MAX_THUMBNAIL_BYTES,
  thumbnailType,
  type FileCard,
  type FileWords,
  type Picture,
} from "./attachment/fileCard.js";
export {
  fileLayout,
  largestFile,
  MAX_FILE_BYTES,
  OPEN_CHUNK_BYTES,
  SEALED_CHUNK_BYTES,
  type FileLayout,
} from "./attachment/fileLayout.js";
export { contentLength, digestOf, openChunk, readHashes, sealChunk, type SealedChunk } from "./attachment/fileSeal.js";
