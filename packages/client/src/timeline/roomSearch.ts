import type { RoomRecords } from "./roomSight.js";
import type { SearchOptions } from "../api/search.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { TimelineMessage } from "../api/timeline.js";
import { UNAMENDED } from "../store/amendment.js";
import type { RoomTimeline } from "./roomTimeline.js";
import { wordsOf } from "./words.js";
import { SearchIndex, type SearchLine, type SearchSource } from "./searchIndex.js";

const PAGE = 100;

/** Search in one room: in texts as they read now, without those that were deleted. */
export class RoomSearch {
  private readonly index: SearchIndex;

  constructor(
    records: RoomRecords & { watch(listener: (event: SessionEvent) => void): unknown },
    private readonly conversation: RoomTimeline,
  ) {
    this.index = new SearchIndex(roomTexts(records));
    records.watch((event) => {
      if (!this.index.isUsed) return;
      if (event.type === "amended") this.take(event.message);
      else if (event.type === "forgotten") {
        for (const { n } of event.messages) this.index.put({ n, time: 0, text: "" });
      } else if (event.type === "item" && event.item.kind === "message") this.take(event.item.message);
    });
  }

  async search(query: string, { limit = 50, before }: SearchOptions = {}): Promise<readonly TimelineMessage[]> {
    const found = await this.index.find(query);
    return this.show(found.filter(({ n }) => before === undefined || n < before).slice(0, limit));
  }

  /** Where what was found is. */
  matches(query: string): Promise<readonly SearchLine[]> {
    return this.index.find(query);
  }

  async show(matches: readonly SearchLine[]): Promise<TimelineMessage[]> {
    const messages = await Promise.all(matches.map(({ n }) => this.conversation.at(n)));
    return messages.filter((message) => message !== null);
  }

  private take({ kind, n, time, body, edited, deleted }: TimelineMessage): void {
    if (n > 0) this.index.put({ n, time, text: deleted ? "" : wordsOf(kind, edited?.body ?? body) });
  }
}

/** Everything in a room, newest first. */
export function roomTexts({
  history,
  amendments,
  ports,
}: Pick<RoomRecords, "history" | "amendments" | "ports">): SearchSource {
  return {
    pause: () => new Promise((resolve) => void ports.clock.setTimer(0, resolve)),
    read: async (before) => {
      const page = await history.page({ limit: PAGE, ...(before === undefined ? {} : { before }) });
      const [first] = page;
      if (!first) return { lines: [], next: null };
      const changed = await amendments.between(first.n, page.at(-1)!.n);
      const lines = page.flatMap((item) => {
        if (item.kind !== "message") return [];
        const { edit, deletion } = changed.get(item.n) ?? UNAMENDED;
        const { kind, time, body } = item.message;
        const text = deletion ? "" : wordsOf(kind, edit?.body ?? body);
        return text === "" ? [] : [{ n: item.n, time, text }];
      });
      return { lines: lines.reverse(), next: page.length < PAGE ? null : first.n };
    },
  };
}
