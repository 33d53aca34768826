import type { FoundMessage } from "@conclave/client";
import { RoomId } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { fromHex } from "@conclave/codec";
import { useEffect, useRef, useState } from "preact/hooks";
import { home } from "../../model/home.js";

const PAGE = 40;
const SETTLE_MS = 160;

/** What was found for a text; `isWhole` when there is nothing older. */
export interface Found {
  readonly query: string;
  readonly messages: readonly FoundMessage[];
  readonly isWhole: boolean;
}

/** Searches while one types: in one room, or in all of them (null). The newest question alone is answered. */
export function useSearch(key: RoomKey | null) {
  const [query, ask] = useState("");
  const [found, find] = useState<Found | null>(null);
  const [isSearching, wait] = useState(false);
  const latest = useRef(0);

  const run = async (text: string, after: Found | null) => {
    const turn = ++latest.current;
    wait(true);
    try {
      const page = await read(key, text, after);
      if (turn !== latest.current) return;
      find({ query: text, messages: [...(after?.messages ?? []), ...page], isWhole: page.length < PAGE });
    } catch {
      // The home has moved to another tab: the next letter asks there.
    } finally {
      if (turn === latest.current) wait(false);
    }
  };
  useEffect(() => {
    const text = query.trim();
    if (text === "") {
      latest.current++;
      find(null);
      wait(false);
      return;
    }
    const timer = setTimeout(() => void run(text, null), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [query, key]);

  return { query, ask, found, isSearching, more: () => found && void run(found.query, found) };
}

async function read(key: RoomKey | null, text: string, after: Found | null): Promise<readonly FoundMessage[]> {
  const last = after?.messages.at(-1)?.message;
  if (key === null) {
    return home().home.search(text, { limit: PAGE, ...(last ? { before: last.time } : {}) });
  }
  const messages = await home()
    .room(key)
    .search(text, { limit: PAGE, ...(last ? { before: last.n } : {}) });
  return messages.map((message) => ({ roomId: RoomId.of(fromHex(key)), message }));
}
