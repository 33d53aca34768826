import type { TimelineItem } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../../app/announce.js";
import { hasText, rawTextOf, viaOf, unmarkedText } from "./messageText.js";
import { t } from "./words.js";

const LONGEST = 300;

/** Says new messages of others to a screen reader: the list itself is silent, as it also changes when one scrolls. */
export function useAnnounced(items: readonly TimelineItem[]): void {
  const known = useRef<number | null>(null);
  useEffect(() => {
    const last = items.at(-1);
    const before = known.current;
    if (!last) return;
    known.current = Math.max(last.n, before ?? 0);
    if (before === null || last.n <= before || last.kind !== "message" || last.message.author.isYou) return;
    const text = hasText(last.message) ? unmarkedText(rawTextOf(last.message), LONGEST) : t.quoteFile;
    const name = plainName(last.message.author.name);
    const via = viaOf(last.message);
    announce(t.newFrom({ name: via ? t.viaGateway({ party: plainName(via.label), person: name }) : name, text }));
  }, [items]);
}
