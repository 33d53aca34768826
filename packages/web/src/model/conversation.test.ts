import type { SessionEvent, TimelineItem } from "@conclave/client";
import { describe, expect, it, vi } from "vitest";

/** A home whose pages come when the test says so: no real one can be made to be that slow at that moment. */
const slow = vi.hoisted(() => ({
  tell: undefined as ((event: object) => void) | undefined,
  answer: undefined as ((page: readonly object[]) => void) | undefined,
}));
vi.mock("./home.js", () => ({
  home: () => ({
    watch: (listener: (event: object) => void) => {
      slow.tell = listener;
      return () => undefined;
    },
    room: () => ({ timeline: () => new Promise((resolve) => (slow.answer = resolve)) }),
  }),
}));
const { Conversation } = await import("./conversation.js");

function message(key: string, n: number, state: "pending" | "sent"): TimelineItem {
  return { kind: "message", key, n, time: 0, message: { state } } as unknown as TimelineItem;
}

function happens(...items: TimelineItem[]): void {
  const events = items.map((item): SessionEvent => ({ type: "item", item }));
  slow.tell?.({ type: "events", key: "room", events });
}

describe("what happens while a page of the conversation is read", () => {
  it("is shown, though the page is older: what was sent does not wait for ever, and what came is not lost", async () => {
    const conversation = new Conversation("room");
    happens(message("mine", 7, "sent"), message("theirs", 8, "sent"));
    // As it was when the home began to read.
    slow.answer?.([message("first", 1, "sent"), message("mine", 0, "pending")]);
    await vi.waitFor(() => expect(conversation.isLoading.value).toBe(false));
    expect(conversation.items.value.map(({ key, n }) => [key, n])).toEqual([
      ["first", 1],
      ["mine", 7],
      ["theirs", 8],
    ]);
    // And what came before a page was asked for is the page's own.
    const again = conversation.toPlace(3);
    slow.answer?.([message("first", 1, "sent")]);
    await again;
    expect(conversation.items.value.map(({ key }) => key)).toEqual(["first"]);
  });
});
