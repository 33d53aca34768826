import { Caller, type Remote, remoteOf } from "./calls.js";
import type { Channel } from "./channel.js";
import type { HomeCalls, RoomCalls } from "./homeCalls.js";
import type { RoomKey } from "./roomKey.js";

/**
 * A home in another thread, as a page sees it. Everything is asynchronous; `watch` tells when to show something again.
 * @typeParam Calls What else can be called there, beside the home's calls.
 * @typeParam Event What is told.
 */
export interface RemoteHome<Calls, Event> {
  /** Each call rejects with `RemoteFailure` or `RemoteGone`; refusals are values. */
  readonly home: Remote<Calls & Omit<HomeCalls, "room">>;
  /** One room's calls. */
  room(key: RoomKey): Remote<RoomCalls>;
  /**
   * Everything that is told, and `moved` when another tab's thread took the home over: calls that waited have been
   * rejected with `RemoteGone`, and the page has to read again all that it shows. Returns how to stop.
   */
  watch(listener: (event: Event | { readonly type: "moved" }) => void): () => void;
}

/** The page's end of a channel to a home. */
export function remoteHome<Calls, Event>(channel: Channel): RemoteHome<Calls, Event> {
  const caller = new Caller(channel);
  const rooms = new Map<RoomKey, Remote<RoomCalls>>();
  channel.listen((message) => {
    if (isTold(message) && message.event.type === "moved") caller.drop();
  });
  return {
    home: remoteOf<Calls & Omit<HomeCalls, "room">>((method, args) => caller.call(method, args)),
    room(key) {
      const known = rooms.get(key) ?? remoteOf<RoomCalls>((method, args) => caller.call("room", [key, method, args]));
      rooms.set(key, known);
      return known;
    },
    watch(listener) {
      return channel.listen((message) => {
        if (isTold(message)) listener(message.event as Event);
      });
    },
  };
}

/** How an event travels. */
export interface Told<Event> {
  readonly event: Event;
}

function isTold(message: unknown): message is Told<{ readonly type: string }> {
  return typeof message === "object" && message !== null && "event" in message;
}
