import type { MessageId } from "@conclave/protocol";
import type { ListChange } from "../api/roomSession.js";
import type { ForgottenMessage } from "../api/sessionEvent.js";
import type { Transaction } from "../store/transaction.js";
import type { RoomState } from "../work/roomState.js";

/** Changes what the person has made of the room in their list. */
export function arrange(tx: Transaction, state: RoomState, { isPinned, isUnread, isArchived }: ListChange): void {
  const before = state.listMarks;
  const archivedAt = isArchived ? (state.room?.cursor.n ?? 0) : null;
  state.keepListMarks(tx, {
    isPinned: isPinned ?? before.isPinned,
    isUnread: isUnread ?? before.isUnread,
    archivedAt: isArchived === undefined ? before.archivedAt : archivedAt,
  });
}

/** {@link forgetHere} in a step of its own; 0 where the home's storage fails. */
export async function forgetMessages(state: RoomState, ids: readonly MessageId[]): Promise<number> {
  const forgotten = await state.transact((tx) => forgetHere(tx, state, ids));
  return forgotten.ok ? forgotten.value : 0;
}

/** Deletes messages from this device alone, with what was done to them. Returns how many there were. */
async function forgetHere(tx: Transaction, state: RoomState, ids: readonly MessageId[]): Promise<number> {
  const messages: ForgottenMessage[] = [];
  for (const id of ids) {
    const item = await state.history.find(id);
    if (!item) continue;
    state.history.forget(tx, item.n);
    state.amendments.forget(tx, item.n);
    messages.push({ id, n: item.n });
  }
  if (messages.length > 0) {
    state.emit(tx, { type: "forgotten", messages });
    state.emit(tx, { type: "changed" });
  }
  return messages.length;
}
