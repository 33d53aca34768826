/**
 * What an attacker needs who knows the protocol from the inside: drafts of entries, sealed keys, the room's records. For
 * tests and simulations; a program takes the main entry, which applies nothing that was not judged.
 */
export { sealDoor } from "./invite/door.js";
export { openPlea } from "./invite/plea.js";
export { sealSlot } from "./invite/slot.js";
export { signInviteProof } from "./invite/inviteProof.js";
export { signReseatProof } from "./invite/reseatProof.js";
export { encodePayload, type Payload } from "./message/payload.js";
export { rosterKeyCheck } from "./transport/rosterLog.js";
export { roomCapabilities, roomExtensions } from "./room/binding.js";
export {
  currentRosterKey,
  decodeKeyring,
  envelopeKeyOf,
  type Keyring,
  nextKeyring,
  wrappedRosterKey,
  writeSeed,
} from "./room/keyring.js";
export { decodeCore } from "./room/roomCore.js";
export { roomEngine } from "./room/roomTag.js";
export { ACTION_TYPES } from "./roster/action.js";
export { authorOf, changedBy } from "./roster/assess.js";
export { signEntry } from "./roster/entry.js";
export { signApproval } from "./roster/approval.js";
export { RosterDraft } from "./roster/rosterDraft.js";
