import {
  decodeClientMessage,
  DEFAULT_LIMITS,
  encodeRelayMessage,
  VERSIONS,
  type ClientFrame,
  type RelayFrame,
  type Request,
  type RelayWelcome,
  RoomTag,
  SlotId,
} from "@conclave/wire";
import { encodeAppend } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../memory/manualClock.js";
import type { Connection, ConnectionEvents, Transport } from "../ports/transport.js";
import type { RequestBody } from "./answer.js";
import { RelayLink } from "./relayLink.js";

const id = (fill: number) => new Uint8Array(32).fill(fill);
const welcome: RelayWelcome = {
  type: "welcome",
  version: VERSIONS[0]!,
  challenge: id(1),
  relayKey: id(2),
  limits: DEFAULT_LIMITS,
};
const read: RequestBody & { type: "read" } = { type: "read", roomTag: RoomTag.of(id(3)), fromN: 1, limit: 10 };
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A relay played by hand: what it received, and the means to answer. */
class Script implements Transport {
  readonly clock = new ManualClock(0);
  readonly log: string[] = [];
  readonly lateness: boolean[] = [];
  readonly messages: ClientFrame[][] = [];
  connects = 0;
  events: ConnectionEvents | null = null;
  probe: RequestBody | null = null;
  readonly link = new RelayLink(this, "ws://r/", this.clock, (n) => new Uint8Array(n).fill(255), {
    online: () => this.log.push("online"),
    offline: () => this.log.push("offline"),
    late: () => this.lateness.push(this.link.isLate),
    push: (push) => this.log.push(push.type),
    probe: () => this.probe,
  });

  connect(_url: string, events: ConnectionEvents): Connection {
    this.connects++;
    this.events = events;
    return {
      send: (bytes) => {
        const decoded = decodeClientMessage(bytes, DEFAULT_LIMITS);
        if (!decoded.ok) throw decoded.error;
        if (decoded.value.length === 0) throw new Error("a message without a frame");
        this.messages.push(decoded.value);
      },
      close: () => {
        if (this.events === events) this.events = null;
      },
    };
  }
  say(...frames: RelayFrame[]): void {
    this.events!.frame(encodeRelayMessage(frames));
  }
  online(): this {
    this.link.start();
    this.events!.opened();
    this.say(welcome);
    return this;
  }
  asked(): Request[] {
    return this.messages.flat().filter((frame) => frame.type !== "hello");
  }
}

describe("RelayLink", () => {
  it("says hello, matches answers to requests in any order, and sends one turn's frames as one message", async () => {
    const script = new Script().online();
    const first = script.link.request(read);
    const second = script.link.request({ type: "unsubscribe", roomTag: RoomTag.of(id(3)) });
    await turn();
    expect(script.messages.map((frames) => frames.map((frame) => frame.type))).toEqual([
      ["hello"],
      ["read", "unsubscribe"],
    ]);
    const [a, b] = script.asked();
    script.say({ type: "done", id: b!.id }, { type: "page", id: a!.id, items: [], n: 5, receipt: null });
    expect(await second).toMatchObject({ type: "done" });
    expect(await first).toMatchObject({ type: "page", n: 5 });
  });

  it("an append goes out in the bytes that are stored, under an id of its own", async () => {
    const script = new Script().online();
    const ground = { by: "member" } as const;
    const text = { appendId: new Uint8Array(16), kind: "message", epoch: 1, lastCommit: 0, payload: id(5) } as const;
    const none = { attachment: new Uint8Array(0), nextWriteKey: null, deliveries: [], slots: [] };
    const append = { roomTag: RoomTag.of(id(3)), ...text, ground, ...none };
    const stored = encodeAppend(append);
    const answers = [script.link.request(read), script.link.append(stored), script.link.append(stored)];
    await turn();
    const asked = script.asked();
    expect(asked.slice(1)).toEqual([2, 3].map((id) => ({ type: "append", id, ...append })));
    script.say(
      { type: "appended", id: 3, n: 1, head: id(9), receipt: null },
      { type: "appended", id: 2, n: 1, head: id(9), receipt: null },
    );
    expect(await Promise.all(answers.slice(1))).toMatchObject([{ id: 2 }, { id: 3 }]);
  });

  it("answers lost at once when offline, and all open requests when the connection ends", async () => {
    const script = new Script();
    expect(await script.link.request(read)).toEqual({ type: "lost" });
    script.online();
    const open = script.link.request(read);
    script.events!.closed();
    expect(await open).toEqual({ type: "lost" });
    expect(script.log).toEqual(["online", "offline"]);
  });

  it("A80: RULE client.relay-limits: a relay that takes no frame and no byte at a time gets them one by one", async () => {
    const script = new Script();
    script.link.start();
    script.events!.opened();
    script.say({ ...welcome, limits: { ...DEFAULT_LIMITS, frames: 0, messageBytes: 0 } });
    void script.link.request(read);
    void script.link.request({ type: "unsubscribe", roomTag: RoomTag.of(id(3)) });
    await turn();
    expect(script.messages.map((frames) => frames.map((frame) => frame.type))).toEqual([
      ["hello"],
      ["read"],
      ["unsubscribe"],
    ]);
  });

  it("comes back with a growing, jittered wait, and never faster than the relay asked", () => {
    const script = new Script();
    script.link.start();
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const failedAt = script.clock.now();
      script.events!.closed();
      script.clock.step();
      waits.push(script.clock.now() - failedAt);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    script.events!.opened();
    script.say(welcome, { type: "goodbye", retryAfter: 120_000 });
    script.events!.closed();
    expect(script.clock.next()! - script.clock.now()).toBeGreaterThanOrEqual(120_000);
    script.link.nudge();
    expect(script.link.state).toBe("connecting");
  });

  it("after a loss it comes back within three seconds, at once where a person asks; who never was there waits as before", () => {
    const script = new Script().online();
    script.events!.closed();
    expect(script.clock.next()! - script.clock.now()).toBe(3000);
    script.link.nudge();
    expect(script.connects).toBe(2);
    script.events!.closed();
    expect(script.clock.next()! - script.clock.now()).toBe(500);
  });

  it("RULE client.relay-frames: bytes that are no frames end the connection and are not used", () => {
    const script = new Script().online();
    script.events!.frame(Uint8Array.of(1, 255, 3));
    expect(script.link.state).toBe("offline");
    expect(script.log).toEqual(["online", "offline"]);
  });

  it("RULE client.relay-answers: an answer of another kind, or to nothing, ends the connection", async () => {
    const script = new Script().online();
    const open = script.link.request(read);
    await turn();
    script.say({ type: "done", id: script.asked()[0]!.id });
    expect(await open).toEqual({ type: "lost" });
    expect(script.link.state).toBe("offline");
    script.clock.step();
    script.events!.opened();
    script.say(welcome);
    script.say({ type: "done", id: 77 });
    expect(script.link.state).toBe("offline");
  });

  it("does not take pushes before the welcome, nor a second welcome", () => {
    const script = new Script();
    script.link.start();
    script.events!.opened();
    script.say({ type: "requestsChanged", roomTag: RoomTag.of(id(1)) });
    expect(script.link.state).toBe("offline");
    script.clock.step();
    script.events!.opened();
    script.say(welcome);
    script.say(welcome);
    expect(script.link.state).toBe("offline");
    expect(script.log).toEqual(["online", "offline"]);
  });

  it("gives up a handshake that hangs and a request that is never answered; probes a silent connection", async () => {
    const script = new Script();
    script.link.start();
    script.clock.advance(31_000);
    expect(script.connects).toBe(2);
    script.events!.opened();
    script.say(welcome);
    script.probe = read;
    script.clock.advance(41_000);
    await turn();
    expect(script.asked().map((request) => request.type)).toEqual(["read"]);
    script.clock.advance(40_000);
    expect(script.log).toEqual(["online", "offline"]);
  });

  it("says that a relay is late after a while or a failure, and not any more when it answers or is tried again", () => {
    const script = new Script();
    script.link.start();
    script.clock.advance(3900);
    expect([script.link.isLate, script.lateness]).toEqual([false, []]);
    script.clock.advance(200);
    expect([script.link.isLate, script.lateness]).toEqual([true, [true]]);
    // A person asks: the attempt that hangs is dropped.
    script.link.nudge();
    expect([script.link.isLate, script.connects, script.lateness.at(-1)]).toEqual([false, 2, false]);
    script.events!.closed();
    expect([script.link.isLate, script.link.failures]).toEqual([true, 1]);
    script.clock.step();
    script.events!.opened();
    script.say(welcome);
    expect([script.link.isLate, script.link.failures]).toEqual([false, 0]);
  });

  it("a connection that is doubted proves itself soon or ends; a line that is only slow stays", async () => {
    const script = new Script().online();
    script.probe = read;
    script.link.nudge();
    script.clock.advance(2500);
    script.say({ type: "requestsChanged", roomTag: RoomTag.of(id(1)) });
    script.clock.advance(10_000);
    expect(script.log).toEqual(["online", "requestsChanged"]);
    script.link.nudge();
    script.clock.advance(3100);
    expect(script.log).toEqual(["online", "requestsChanged", "offline"]);
    await turn();
  });

  it("splits what is too large for one message", async () => {
    const script = new Script().online();
    const blob = new Uint8Array(3 * 1024 * 1024);
    for (let i = 0; i < 5; i++)
      void script.link.request({ type: "postRequest", roomTag: RoomTag.of(id(3)), slotId: SlotId.of(id(4)), blob });
    await turn();
    expect(script.messages.slice(1).map((frames) => frames.length)).toEqual([2, 2, 1]);
  });

  it("is silent after stop", async () => {
    const script = new Script().online();
    const open = script.link.request(read);
    script.link.stop();
    expect(await open).toEqual({ type: "lost" });
    expect(script.clock.next()).toBeNull();
    expect(script.log).toEqual(["online"]);
  });
});
