/** Carries structured-clonable messages between two threads, both ways, in order. */
export interface Channel {
  send(message: unknown): void;
  /** Calls the listener with each message from now on. Returns how to stop. */
  listen(listener: (message: unknown) => void): () => void;
}

/** What a `Worker`, a `MessagePort`, a `BroadcastChannel` and a worker's own global scope have in common. */
export interface MessageEnd {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

/** The channel at one end of a pair of threads. A `MessagePort` must be started by its owner. */
export function channelOf(end: MessageEnd): Channel {
  return {
    send: (message) => {
      end.postMessage(message);
    },
    listen(listener) {
      const onMessage = ({ data }: { readonly data: unknown }) => {
        listener(data);
      };
      end.addEventListener("message", onMessage);
      return () => {
        end.removeEventListener("message", onMessage);
      };
    },
  };
}
