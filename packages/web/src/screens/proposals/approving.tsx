import type { Decision, NamedPerson } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import type { ComponentChildren } from "preact";
import { askToConfirm } from "../../design/index.js";
import { rooms } from "../../model/home.js";
import { Changes } from "./Changes.js";
import { type ChangeRow, changesOf } from "./changeRows.js";
import { t } from "./words.js";

/** Exactly what an action would change in a room, as it is now. `person`: whom it is about, if anybody. */
export function changesIn(
  detail: RoomDetail,
  action: Decision["action"],
  person: NamedPerson | null,
): readonly ChangeRow[] {
  const room = rooms.value.get(detail.key);
  return changesOf(action, person, { detail, title: room?.title ?? "", relay: room?.relay ?? "" });
}

/**
 * Whether what would change can be shown.
 *
 * RULE: web.table-first: nobody says yes to what they cannot read (attack A92).
 */
export function isReadable(changes: readonly ChangeRow[]): boolean {
  return changes.length > 0;
}

/** Whether it gives somebody power over others, or cannot be undone. */
export function isGrave(changes: readonly ChangeRow[]): boolean {
  return changes.some((each) => each.isGrave);
}

/**
 * Whether our person means their yes: true at once where it gives nobody power, and otherwise once they have read what would
 * change and pressed again. `sentence`: what is asked, above it.
 *
 * RULE: web.power-asks: power over others is never given by one press (attack A92).
 */
export async function askToApprove(changes: readonly ChangeRow[], sentence?: ComponentChildren): Promise<boolean> {
  if (!isGrave(changes)) return true;
  const body = (
    <>
      {sentence !== undefined && <p>{sentence}</p>}
      <Changes rows={changes} />
    </>
  );
  return askToConfirm({ title: t.approveTitle, body, yes: t.approveYes });
}
