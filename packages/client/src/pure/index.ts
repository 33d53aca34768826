/**
 * What a screen needs beside the home in its worker: pure functions and the types of what is shown. Nothing here brings the
 * engine along: no keys, no storage, no connection.
 */
export { explain, isLabel, MAX_LABEL, parseLink, preset } from "@conclave/protocol";
export type {
  Action,
  ActionType,
  AlarmCode,
  Fingerprint,
  InviteFor,
  InviteLink,
  Policy,
  PolicyMatter,
  PresetName,
  Rejection,
  RejectionCode,
  Role,
  Rule,
  Unreadable,
} from "@conclave/protocol";
export type { RelayError } from "@conclave/wire";
export { isReaction } from "../conversation/reaction.js";
export { mentionsIn, type MentionSpan } from "../conversation/mentions.js";
export { socketUrl } from "../relay/relayUrl.js";
export { looksAlike } from "../view/lookalike.js";
export { plainName, plainText } from "../view/plainText.js";
export { isGone } from "../view/status.js";
