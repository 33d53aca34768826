/** Names a room across threads: its id in lower-case hex. */
export type RoomKey = string;
