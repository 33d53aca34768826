import type { FileCard, OutgoingFile, RoomSession, TimelineMessage } from "@conclave/client";
import { fileOf } from "../session/messageText.js";
import { messagesOf } from "./findMessage.js";
import { orThrow } from "./orThrow.js";

/** A file of a room, and the message that brought it. */
export interface RoomFile {
  readonly message: TimelineMessage;
  readonly card: FileCard;
}

/** The files that this home knows of. */
export async function filesOf(room: RoomSession): Promise<RoomFile[]> {
  return (await messagesOf(room)).flatMap((message) => {
    const card = fileOf(message);
    return card ? [{ message, card }] : [];
  });
}

/** Sends a file; resolves when its message is durable here. One that was begun before and is the same goes on. @throws CliError */
export async function attachFile(room: RoomSession, file: OutgoingFile, signal: AbortSignal): Promise<TimelineMessage> {
  const begun = (await room.uploads()).find(
    ({ name, size, isRunning }) => !isRunning && name === file.name && size === file.size,
  );
  return orThrow(await room.attach(file, { signal, ...(begun && { resume: begun.id }) }), room);
}

/** Gives the bytes of a file, each piece after it was verified. @throws CliError */
export async function downloadFile(
  room: RoomSession,
  { card }: RoomFile,
  write: (piece: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  orThrow(await room.fetchFile(card, { write, signal }), room);
}
