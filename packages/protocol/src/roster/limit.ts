/** Most people in a room. */
export const MAX_MEMBERS = 10_000;
/** Most devices of one person in a room. */
export const MAX_DEVICES = 16;
/** Most invites that are open at once. */
export const MAX_OPEN_INVITES = 256;
