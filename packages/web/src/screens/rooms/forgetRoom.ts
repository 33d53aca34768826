import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { go, route } from "../../app/index.js";
import { askToConfirm } from "../../design/index.js";
import { home } from "../../model/home.js";
import { t } from "./words.js";

/** Asks, and deletes a room that one is out of from this device. */
export async function forgetRoom({ key, title }: RoomSummary): Promise<void> {
  const yes = await askToConfirm({
    title: t.forgetTitle({ room: plainName(title) }),
    body: t.forgetText,
    yes: t.forget,
    danger: true,
  });
  if (!yes) return;
  const here = route.value;
  if (here.at === "room" && here.key === key) go({ at: "rooms" }, { replace: true });
  await home().home.forget(key);
}
