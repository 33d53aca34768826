/** The version of the first rooms. */
export const FIRST_VERSION = 2;

/**
 * The newest version of rooms that this app knows (docs/protocol.md §4). A room has a version, which its charter states and an
 * `upgrade` raises: each action, kind of rule and extension says since which version it exists, and in a room of an earlier
 * version it is malformed, in every app.
 */
export const ROOM_VERSION = 2;
