/** Most people in a room. */
export const MAX_MEMBERS = 10_000;
/** Most stewards that one person has in a room. */
export const MAX_STEWARDS = 4;
/** Most devices of one person in a room. */
export const MAX_DEVICES = 16;
/** Most invites that are open at once. */
export const MAX_OPEN_INVITES = 256;
/** Most SSH keys that one entry lists. */
export const MAX_KEYS_AT_ONCE = 500;
/** Most SSH keys on a room's list, used ones among them. */
export const MAX_LISTED_KEYS = 10_000;
/** By how many people the list holds that they have listed a key. */
export const MAX_LISTERS = 8;
/**
 * A former member and a closed invite are forgotten by the entry that comes so many after: no approval is valid for more
 * entries than one less (`MAX_APPROVAL_SPAN`).
 */
export const FORGET_AFTER = 1001;
/** Most former members that are remembered, of whom all but the newest are banned: the oldest gives way. */
export const MAX_FORMER = 10_000;
