import { type BenchRoom, envelope, type RelayClient } from "./relayClient.js";

/** Keeps `window` appends in flight until `end`: all that a message's answers free goes out in one message again. */
export function pumpAppends(
  client: RelayClient,
  room: BenchRoom,
  window: number,
  end: number,
  done: (latency: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const sentAt = new Map<number, number>();
    let nextId = 1;
    let freed = window;
    const fill = (): void => {
      const now = performance.now();
      if (now < end) {
        const frames = [];
        for (; freed > 0; freed--) {
          sentAt.set(nextId, now);
          frames.push(envelope(room, nextId++));
        }
        if (frames.length > 0) client.send(frames);
      } else if (sentAt.size === 0) resolve();
    };
    let isPlanned = false;
    client.onFrame = (frame) => {
      if (frame.type === "records") return;
      if (frame.type !== "appended") {
        reject(new Error(JSON.stringify(frame)));
        return;
      }
      done(performance.now() - sentAt.get(frame.id)!);
      sentAt.delete(frame.id);
      freed++;
      if (isPlanned) return;
      isPlanned = true;
      setImmediate(() => {
        isPlanned = false;
        fill();
      });
    };
    fill();
  });
}
