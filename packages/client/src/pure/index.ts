/**
 * What a screen needs beside the home in its worker: pure functions and the types of what is shown. Nothing here brings the
 * engine along: no keys, no storage, no connection.
 */
export {
  ActionHash,
  InviteId,
  MessageId,
  MessageNonce,
  PersonId,
  RoomId,
  decodeFileCard,
  decodeGatewayNotice,
  decodeVia,
  alarmTopic,
  isClaim,
  isFileWords,
  isLabel,
  isRecoveryWord,
  MAX_CAPTION_BYTES,
  MAX_FILE_NAME_BYTES,
  MAX_FILE_BYTES,
  MAX_LABEL_BYTES,
  MAX_WELCOME_TEXT_BYTES,
  MAX_THUMBHASH_BYTES,
  MAX_THUMBNAIL_BYTES,
  adminsOf,
  explain,
  imagined,
  isPossible,
  preset,
  PRESET_NAMES,
  presetNameOf,
  presetOf,
  MAX_KEY_FILE_BYTES,
  MAX_SSHSIG_BYTES,
  readSshKeyFile,
  readSshsig,
  sshFingerprint,
  SshKey,
  SSH_NAMESPACE,
  thumbnailType,
  type ViaMessage,
} from "@conclave/protocol";
export { CLOCK_LIMIT_MS } from "../store/clockWitness.js";
export type {
  Action,
  ActionType,
  ActKind,
  AlarmCode,
  ExplainedAct,
  Explanation,
  FileCard,
  FileWords,
  Fingerprint,
  InviteFor,
  InviteLink,
  Outlook,
  Picture,
  Policy,
  PolicyMatter,
  Preset,
  PresetName,
  Rejection,
  RejectionCode,
  DecidingRole,
  Role,
  Rule,
  SkippedLine,
  SshKeyFile,
  SshSignature,
  SshSignatureFault,
  Unreadable,
} from "@conclave/protocol";
export type { BlobId, RelayError } from "@conclave/wire";
export { readGivenLink, type GivenLink, type LinkFault } from "../link/givenLink.js";
export { linkInAddress } from "../link/linkInAddress.js";
export { isReaction } from "../store/reaction.js";
export { parseMarkup, type Mentionable } from "../text/markup.js";
export { markupText } from "../text/markupText.js";
export type { MarkKind, MarkupBlock, MarkupItem, MarkupLink, MarkupSpan } from "../text/markupTree.js";
export { socketUrl } from "../relay/relayUrl.js";
export {
  MAX_PICTURE_BYTES,
  PICTURE_HEAD_BYTES,
  pictureFormat,
  type PictureFormat,
  withoutNotes,
} from "../pictures/pictureNotes.js";
export { actsWith, type ActWith } from "../api/actsWith.js";
export { storedFileName } from "../api/fileName.js";
export { isLastOwner } from "../api/lastOwner.js";
export { looksAlike } from "../api/lookalike.js";
export { plainName, plainText } from "../api/plainText.js";
export { isGone } from "../api/status.js";
export {
  MANIFEST,
  MAX_MANIFEST_BYTES,
  parseManifest,
  type ManifestContent,
  type ManifestFile,
} from "./pageManifest.js";
export { usualMode } from "../api/usualMode.js";
