import type { InviteId } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { go } from "../../app/route.js";
import { copyText } from "../../design/CopyField.js";
import { toast } from "../../design/Toast.js";
import { linkOf } from "./makeInvite.js";
import { t } from "./words.js";

/** Puts an invite's link on the clipboard, and says so; where that is not allowed it leads to where the link is shown. */
export async function copyLink(room: RoomKey, inviteId: InviteId): Promise<void> {
  const link = await linkOf(room, inviteId).catch(() => null);
  if (link !== null && (await copyText(link))) {
    toast({ text: t.linkCopied, tone: "success" });
    return;
  }
  const run = () => go({ at: "room", key: room, panel: "invites", item: null });
  toast({ text: t.linkNotCopied, tone: "danger", action: { text: t.title, run } });
}
