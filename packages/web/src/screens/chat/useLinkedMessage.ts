import { MessageId } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { fromHex } from "@conclave/codec";
import { useEffect } from "preact/hooks";
import { go, route } from "../../app/route.js";
import { toast } from "../../design/Toast.js";
import type { Conversation } from "../../model/conversation.js";
import { home } from "../../model/home.js";
import { t } from "./words.js";

const ID = /^[0-9a-f]{32}$/u;

/** Goes to the message that the address names; then the address is the room's again, so that the same link leads there once more. */
export function useLinkedMessage(key: RoomKey, conversation: Conversation): void {
  const here = route.value;
  const wanted = here.at === "room" && here.key === key ? here.message : undefined;
  useEffect(() => {
    if (wanted === undefined) return;
    go({ at: "room", key, panel: null, item: null }, { replace: true });
    void find(key, wanted).then((n) => (n === null ? toast(t.linkGone) : conversation.toPlace(n)));
  }, [wanted]);
}

/** Where a message is in the log of this device; null where it is not, or not yet. */
async function find(key: RoomKey, id: string): Promise<number | null> {
  if (!ID.test(id)) return null;
  const found = await home()
    .room(key)
    .find(MessageId.of(fromHex(id)))
    .catch(() => null);
  return found && found.n > 0 ? found.n : null;
}
