import type { ConnectionEvents, Transport } from "../ports/transport.js";
import { demand, eventually, type ConformanceCase } from "./conformance.js";

/** What the transport suite needs: a peer that sends every frame back, and hangs up on the frame `"bye"`. */
export interface TransportSubject {
  readonly transport: Transport;
  /** The URL of the echoing peer. */
  readonly url: string;
  /** A URL at which nobody answers. */
  readonly deadUrl: string;
}

class Recorder implements ConnectionEvents {
  readonly log: string[] = [];
  readonly frames: Uint8Array[] = [];
  onOpen: () => void = () => undefined;

  opened(): void {
    this.log.push("opened");
    this.onOpen();
  }
  frame(bytes: Uint8Array): void {
    this.log.push("frame");
    this.frames.push(bytes);
  }
  closed(): void {
    this.log.push("closed");
  }
  has(event: string): () => boolean {
    return () => this.log.includes(event);
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** What every {@link Transport} driver must do. */
export const transportConformance: readonly ConformanceCase<TransportSubject>[] = [
  {
    title: "opens after connect has returned, and carries frames whole and in order",
    async run({ transport, url }) {
      const events = new Recorder();
      const connection = transport.connect(url, events);
      demand(events.log.length === 0, "no event before connect returns");
      await eventually(events.has("opened"), "it opens");
      const sizes = [1, 2, 300, 70_000, 1_000_000, 3];
      for (const size of sizes) connection.send(Uint8Array.from({ length: size }, (_, i) => (i + size) & 255));
      await eventually(() => events.frames.length === sizes.length, "all frames come back");
      for (const [i, frame] of events.frames.entries()) {
        const size = sizes[i]!;
        demand(frame.length === size && frame.every((byte, at) => byte === ((at + size) & 255)), "whole and in order");
        demand(Object.getPrototypeOf(frame) === Uint8Array.prototype, "a frame is a plain Uint8Array");
      }
      connection.close();
    },
  },
  {
    title: "takes a frame when send is called",
    async run({ transport, url }) {
      const events = new Recorder();
      const connection = transport.connect(url, events);
      await eventually(events.has("opened"), "it opens");
      const frame = Uint8Array.of(1, 2, 3);
      connection.send(frame);
      frame.fill(9);
      await eventually(() => events.frames.length === 1, "it comes back");
      demand(events.frames[0]!.join() === "1,2,3", "as it was when sent");
      connection.close();
    },
  },
  {
    title: "reports a close by the peer exactly once, and drops what is sent afterwards",
    async run({ transport, url }) {
      const events = new Recorder();
      const connection = transport.connect(url, events);
      await eventually(events.has("opened"), "it opens");
      connection.send(new TextEncoder().encode("bye"));
      await eventually(events.has("closed"), "it closes");
      connection.send(Uint8Array.of(1));
      connection.close();
      await pause();
      demand(events.log.join() === "opened,closed", "opened, closed, nothing else");
    },
  },
  {
    title: "reports nothing after its owner closed it, whether open or still connecting",
    async run({ transport, url }) {
      const early = new Recorder();
      transport.connect(url, early).close();
      const events = new Recorder();
      const connection = transport.connect(url, events);
      await eventually(events.has("opened"), "it opens");
      connection.send(Uint8Array.of(1));
      connection.close();
      connection.close();
      await pause();
      demand(early.log.length === 0, "closed while connecting: silence");
      demand(events.log.join() === "opened", "closed when open: silence");
    },
  },
  {
    title: "reports a failed connection as closed, once, and throws nothing",
    async run({ transport, deadUrl }) {
      for (const url of [deadUrl, "not a url", "http://"]) {
        const events = new Recorder();
        transport.connect(url, events);
        demand(events.log.length === 0, "no event before connect returns");
        await eventually(events.has("closed"), "it reports closed");
        await pause();
        demand(events.log.join() === "closed", "never opened, closed once");
      }
    },
  },
];
