import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Locator, Page } from "playwright-core";
import { get, join, World } from "./browser.js";

const decoder = new TextDecoder();

/** Two people who talk: Alice, who uses Node, and Carla, whose page is looked at. */
export interface Talk {
  readonly world: World;
  readonly alice: RoomSession;
  readonly link: string;
  readonly page: Page;
  readonly bob: RoomSession | null;
}

/** Alice founds "Garden club", and Carla joins it in a browser; Bob, who uses Node, before her where he is wanted. */
export async function startTalk(policy: Parameters<typeof preset>[0], withBob = false): Promise<Talk> {
  const world = await World.start();
  const founder = await world.person();
  const alice = await get(
    founder.createRoom({ title: "Garden club", name: "Alice", policy: preset(policy), relay: world.url }),
  );
  const link = await world.invite(alice);
  const bob = withBob ? await get((await get((await world.person()).previewInvite(link))).accept("Bob")) : null;
  if (bob) await get(bob.synced(20_000));
  const page = await world.visitor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await join(page, link, "Carla");
  return { world, alice, link, page, bob };
}

/** Where one writes. */
export function boxOf(page: Page): Locator {
  return page.getByRole("textbox", { name: /^Message to/u });
}

/** The first message that has this text. */
export function lineOf(page: Page, text: string): Locator {
  return page.getByRole("article").filter({ hasText: text }).first();
}

/** What the messages of a room say, as they read now. */
export async function textsOf(room: RoomSession): Promise<string[]> {
  const items = await room.timeline({ limit: 500 });
  return items.flatMap((item) =>
    item.kind === "message" ? [decoder.decode(item.message.edited?.body ?? item.message.body)] : [],
  );
}
