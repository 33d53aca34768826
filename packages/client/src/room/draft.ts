import { utf8Bytes } from "@conclave/codec";
import type { RoomState } from "../work/roomState.js";

/** In UTF-16 units. A draft may be longer than a message: it is refused when it is sent, and kept until then. */
const MAX_DRAFT_LENGTH = 256 * 1024;
const decoder = new TextDecoder();

/** What the person has begun to write in a room. */
export async function readDraft({ ports, keys }: RoomState): Promise<string> {
  const record = await ports.storage.get(keys.draft);
  return record ? decoder.decode(record) : "";
}

/** Keeps what the person has begun to write. In a room whose storage failed nothing is kept. */
export async function writeDraft(state: RoomState, text: string): Promise<void> {
  await state.transact((tx) => {
    state.emit(tx, { type: "changed" });
    if (text === "") tx.delete(state.keys.draft);
    else tx.put(state.keys.draft, utf8Bytes(text.slice(0, MAX_DRAFT_LENGTH)));
  });
}
