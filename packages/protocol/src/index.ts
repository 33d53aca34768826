export { issueDeviceCert, openDeviceCert, type DeviceCert } from "./deviceCert.js";
export { issueLeafCert, openLeafCert, MAX_LEAF_CERT_BYTES, MAX_NAME_BYTES, type LeafCert } from "./leafCert.js";
export { recoveryPhraseOf, seedOfRecoveryPhrase } from "./recoveryPhrase.js";
export { SIGNING_LABELS, type SigningPurpose } from "./signed.js";
export { policyHash, rankOf, ROLES, type InviteClass, type Policy, type Role, type Rule, type Settings } from "./policy.js";
export { defaultSettings, presetPolicy, type PresetName } from "./presets.js";
export type { Action, InviteMode, InviteTerms } from "./action.js";
