import { isLastOwner, plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { go } from "../../app/route.js";
import { askToConfirm, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { t } from "./leaveWords.js";

/** Asks, and says farewell to the room. The last owner is led to where it says what to do first. */
export async function leaveRoom({ key, title }: Pick<RoomSummary, "key" | "title">): Promise<void> {
  const detail = await home()
    .home.detail(key)
    .catch(() => null);
  if (!detail || isLastOwner(detail.members, detail.isSealed)) {
    go({ at: "room", key, panel: "room", item: null });
    return;
  }
  const yes = await askToConfirm({
    title: t.title({ room: plainName(title) }),
    body: detail.members.length > 1 ? t.text : t.aloneText,
    yes: t.yes,
    danger: true,
  });
  if (!yes) return;
  const left = await home()
    .room(key)
    .leave()
    .catch(() => null);
  if (left?.ok !== true) toast({ text: sayProblem(left?.error ?? { kind: "closed" }), tone: "danger" });
}
