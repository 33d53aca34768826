import type { TimelineMessage } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { href } from "../../app/route.js";
import { askToConfirm } from "../../design/Confirm.js";
import { copyText } from "../../design/CopyField.js";
import { toast } from "../../design/Toast.js";
import { t as common } from "../../design/words.js";
import { home } from "../../model/home.js";
import { previewOf } from "../rooms/preview.js";
import { clockTime } from "../../words/when.js";
import { t } from "./selectionWords.js";
import { hasText, textOf } from "./messageText.js";

/** Copies the address of a message within this client: it opens for who is in the room. */
export async function copyMessageLink(room: RoomKey, { id }: TimelineMessage): Promise<void> {
  const link = new URL(href({ at: "room", key: room, panel: null, item: null, message: toHex(id) }), location.href);
  tell(await copyText(link.href), t.linkCopied);
}

/** Copies messages with who wrote them, and when; one alone as its text. */
export async function copyMessages(messages: readonly TimelineMessage[]): Promise<void> {
  const [only] = messages;
  tell(await copyText(messages.length === 1 && only ? wordsOf(only) : messages.map(lineOf).join("\n")), common.copied);
}

/** Asks, and deletes messages from this device alone. True when they are gone. */
export async function askToForget(room: RoomKey, messages: readonly TimelineMessage[]): Promise<boolean> {
  const count = messages.length;
  const yes = await askToConfirm({
    title: t.forgetTitle({ count }),
    body: t.forgetText,
    yes: t.forgetYes,
    danger: true,
  });
  if (!yes) return false;
  // A lost call leaves them there, as one sees.
  const gone = await home()
    .room(room)
    .forgetMessages(messages.map(({ id }) => id))
    .catch(() => 0);
  if (gone > 0) toast(t.forgot({ count: gone }));
  return gone > 0;
}

/** Its words; of a file, what the list of rooms says of it. */
function wordsOf(message: TimelineMessage): string {
  return hasText(message) && !message.deleted ? textOf(message) : previewOf(message);
}

function lineOf(message: TimelineMessage): string {
  return `[${clockTime(message.time)}] ${plainName(message.author.name)}: ${wordsOf(message)}`;
}

function tell(isDone: boolean, text: string): void {
  toast(isDone ? text : { text: common.copyFailed, tone: "danger" });
}
