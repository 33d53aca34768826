import { done, equalBytes, failed, type Result } from "@conclave/codec";
import { isLastOwner } from "../api/lastOwner.js";
import type { SearchOptions } from "../api/search.js";
import type { Problem } from "../api/problem.js";
import { membersOf } from "../timeline/roomView.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { TimelineItem, TimelineMessage, TimelinePage } from "../api/timeline.js";
import type { RoomSearch } from "../timeline/roomSearch.js";
import { isOwnMessage } from "../timeline/timelineView.js";
import { MOST_MEANWHILE } from "../work/roomState.js";
import type { RoomEngine } from "./roomEngine.js";
import { inStep, say, UNTIL_LIVE_MS } from "./saying.js";

/** Says farewell: the others carry it out. A member who is alone in the room is out at once. */
export async function beginLeaving(engine: RoomEngine): Promise<Result<void, Problem>> {
  const live = await inStep(engine, UNTIL_LIVE_MS);
  if (!live.ok) return live;
  const { state } = engine;
  // Said once is enough.
  if (state.leaving !== null) return done(undefined);
  const members = membersOf(state);
  if (members.length === 1) {
    // Nobody would be there to carry it out.
    const left = await state.transact((tx) => state.enter(tx, { is: "out", why: "left" }));
    engine.plan();
    return left.ok ? done(undefined) : left;
  }
  const goers = state.room?.farewells() ?? [];
  const staying = members.filter(({ isYou, person }) => isYou || !goers.some((goer) => equalBytes(goer, person)));
  const isSealed = state.room?.roster.sealed === true;
  if (isLastOwner(staying, isSealed)) return failed({ kind: "refused", rejection: { code: "last_owner" } });
  return say(
    engine,
    (room, now) => room.farewell(now),
    (tx) => state.setLeaving(tx, state.room!.cursor.n),
  );
}

/** Takes the farewell back. */
export function stopLeaving(engine: RoomEngine): Promise<Result<void, Problem>> {
  const { state } = engine;
  if (state.leaving === null) return Promise.resolve(failed({ kind: "unknown" }));
  return say(
    engine,
    (room, now) => room.stay(now),
    (tx) => state.setLeaving(tx, null),
  );
}

// RULE: client.farewell-blind: a member who has said farewell is shown nothing that others said after it, until they stay after all
// or somebody carries it out (docs/protocol.md §10). The functions below see to that: pages, searches and events. What the
// member wrote before and was still on its way is shown, wherever in the log it comes.

/** The page, without what others said after our farewell. */
export async function pageOf({ state }: RoomEngine, page: TimelinePage): Promise<readonly TimelineItem[]> {
  const { leaving, conversation } = state;
  if (leaving === null) return conversation.page(page);
  const isShown = (item: TimelineItem): boolean => item.n <= leaving || isOwnMessage(item);
  const isNewest = page.before === undefined && page.after === undefined && page.around === undefined;
  if (!isNewest) return (await conversation.page(page)).filter(isShown);
  const before = await conversation.page({ ...page, before: leaving + 1 });
  const since = await conversation.page({ after: leaving, limit: MOST_MEANWHILE });
  return [...before, ...since.filter(isShown)];
}

/** What is found, without what others said after our farewell. */
export async function foundBy(
  engine: RoomEngine,
  search: RoomSearch,
  query: string,
  options: SearchOptions | undefined,
): Promise<readonly TimelineMessage[]> {
  return shownOf(engine, await search.search(query, options));
}

/** Those of the messages that are shown. */
export function shownOf({ state }: RoomEngine, found: readonly TimelineMessage[]): readonly TimelineMessage[] {
  const { leaving } = state;
  return leaving === null ? found : found.filter(({ n, author }) => n <= leaving || author.isYou);
}

/** What a listener is told of an event: of what others said after our farewell only that something changed. */
export function toldOf({ state }: RoomEngine, event: SessionEvent): SessionEvent {
  if (state.leaving === null || (event.type !== "item" && event.type !== "amended")) return event;
  return event.type === "item" && isOwnMessage(event.item) ? event : { type: "changed" };
}
