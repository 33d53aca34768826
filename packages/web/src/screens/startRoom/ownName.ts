import { home, roomList } from "../../model/home.js";

/** How we are called in the room with the newest message; null where there is none. */
export async function ownName(): Promise<string | null> {
  const newest = roomList.peek().find(({ status }) => status.standing === "member");
  const detail = newest ? await home().home.detail(newest.key) : null;
  return detail?.members.find(({ isYou }) => isYou)?.name ?? null;
}
