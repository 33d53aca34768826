import { describe, expect, it } from "vitest";
import { OpenMessage } from "./openMessage.js";
import { OpenMessages } from "./openMessages.js";

// A client's frame: FIN or not, its opcode, and as many zeros as said; the mask is of zeros too.
function frame(isFinal: boolean, opcode: number, length: number): Buffer {
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended + 4);
  head[0] = (isFinal ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(length)]);
}

const [TEXT, BINARY, MORE, PING, PONG] = [1, 2, 0, 9, 10];
const pongs = Buffer.concat(Array.from({ length: 500 }, () => frame(true, PONG, 125)));

describe("the message that a client has begun", () => {
  it("has the bytes since its first frame until its last one ends, in whatever pieces they come", () => {
    for (const length of [0, 5, 125, 126, 65_535, 65_536, 70_000]) {
      const whole = Buffer.concat([frame(true, BINARY, length), frame(true, TEXT, 3)]);
      for (const step of [1, 7, whole.length]) {
        const message = new OpenMessage();
        const sizes = new Set<number>();
        for (let at = 0; at < whole.length; at += step) {
          message.read(whole.subarray(at, at + step));
          sizes.add(message.bytes);
        }
        expect(message.bytes).toBe(0);
        if (step === 1) expect(Math.max(...sizes)).toBe(Math.max(frame(true, BINARY, length).length - 1, 8));
      }
    }
  });
  it("goes on over several frames, and a ping between them is none of it", () => {
    const message = new OpenMessage();
    const [first, second] = [frame(false, BINARY, 300), frame(false, MORE, 20)];
    message.read(first);
    expect(message.bytes).toBe(first.length);
    message.read(Buffer.concat([frame(true, PING, 9), second, frame(true, PING, 0)]));
    expect(message.bytes).toBe(first.length + second.length);
    message.read(frame(true, MORE, 1));
    expect(message.bytes).toBe(0);
    message.read(frame(true, PING, 9));
    expect(message.bytes).toBe(0);
    message.read(frame(true, BINARY, 9).subarray(0, 3));
    expect(message.bytes).toBe(3);
  });
  it("takes more memory than it has bytes, and none when it has ended", () => {
    const message = new OpenMessage();
    message.read(frame(true, PING, 9));
    expect(message.memory).toBe(0);
    message.read(frame(false, BINARY, 300));
    const { memory } = message;
    expect(memory).toBeGreaterThan(message.bytes);
    message.read(frame(true, PING, 9));
    expect(message.memory).toBeGreaterThan(memory + frame(true, PING, 9).length);
    message.read(frame(true, MORE, 1));
    expect([message.bytes, message.memory]).toEqual([0, 0]);
  });
});

class Sender {
  waits = false;
  isCut = false;

  constructor(readonly address: string) {}

  cutOff(): void {
    this.isCut = true;
  }
}

const MIB = 1024 * 1024;

describe("messages that do not end", () => {
  it("A161: RULE relay.unfinished-bounded: of one address take only so much, and the largest is cut off", () => {
    const senders = Array.from({ length: 60 }, () => new Sender("stranger"));
    const other = new Sender("other");
    let cut = 0;
    const open = new OpenMessages<Sender>(() => cut++);
    for (const sender of [...senders, other]) open.add(sender);
    open.read(other, frame(false, BINARY, 9 * MIB));
    senders.forEach((sender, at) => {
      open.read(sender, frame(false, BINARY, at === 2 ? 8 * MIB : 7 * MIB));
    });
    expect(senders.filter(({ isCut }) => !isCut)).toHaveLength(4);
    expect([cut, senders[2]!.isCut, other.isCut]).toEqual([56, true, false]);
    // What is cut off, or has ended, or is gone, counts no more.
    const left = senders.filter(({ isCut }) => !isCut);
    open.read(left[0]!, frame(true, MORE, 1));
    open.forget(left[1]!);
    open.read(left[1]!, Buffer.alloc(9));
    const more = [new Sender("stranger"), new Sender("stranger")];
    for (const sender of more) {
      open.add(sender);
      open.read(sender, frame(false, BINARY, 7 * MIB));
    }
    expect([...left, ...more].some(({ isCut }) => isCut)).toBe(false);
  });
  it("A161: RULE relay.unfinished-bounded: many small parts count as what they take in memory, and so does what comes between them", () => {
    const split = frame(true, BINARY, 40_000);
    const ways: readonly [name: string, pieces: readonly Buffer[]][] = [
      [
        "frames of a byte",
        [Buffer.concat(Array.from({ length: 16_000 }, (_, at) => frame(false, at ? MORE : BINARY, 1)))],
      ],
      ["pieces of a byte", Array.from({ length: 16_000 }, (_, at) => split.subarray(at, at + 1))],
      ["pongs between frames", Array.from({ length: 100 }, () => Buffer.concat([frame(false, BINARY, 1), pongs]))],
    ];
    for (const [name, pieces] of ways) {
      const senders = Array.from({ length: 20 }, () => new Sender("stranger"));
      const open = new OpenMessages<Sender>(() => undefined);
      for (const sender of senders) {
        open.add(sender);
        for (const piece of pieces) open.read(sender, piece);
      }
      const left = senders.filter(({ isCut }) => !isCut).length;
      expect([name, left > 0 && left < 10]).toEqual([name, true]);
    }
  });
  it("A161: RULE relay.unfinished-bounded: nor do those of many addresses together", () => {
    const senders = Array.from({ length: 40 }, (_, at) => new Sender(String(at)));
    const open = new OpenMessages<Sender>(() => undefined);
    for (const sender of senders) {
      open.add(sender);
      open.read(sender, frame(false, BINARY, 7 * MIB));
    }
    expect(senders.filter(({ isCut }) => !isCut)).toHaveLength(18);
  });
  it("A161: RULE relay.unfinished-bounded: where it is too much of all, who has little is not cut off for those who have many", () => {
    const open = new OpenMessages<Sender>(() => undefined);
    const honest = new Sender("honest");
    open.add(honest);
    open.read(honest, frame(false, BINARY, 3 * MIB));
    const strangers = Array.from({ length: 1500 }, (_, at) => new Sender(`stranger ${String(at % 5)}`));
    for (const sender of strangers) {
      open.add(sender);
      open.read(sender, frame(false, BINARY, 100_000));
    }
    expect([honest.isCut, strangers.some(({ isCut }) => isCut)]).toEqual([false, true]);
  });
  it("A161: RULE relay.message-ends: who does not end one is cut off after 30 seconds; a slow line has longer, and who is not read from", () => {
    let now = 0;
    const open = new OpenMessages<Sender>(
      () => undefined,
      () => now,
    );
    const [stalled, slow, paused, quick] = [new Sender("a"), new Sender("b"), new Sender("c"), new Sender("d")];
    for (const sender of [stalled, slow, paused, quick]) open.add(sender);
    const [part, rest] = [frame(false, BINARY, 10), frame(true, MORE, 10)];
    for (const sender of [stalled, slow, paused, quick]) open.read(sender, part);
    paused.waits = true;
    for (let second = 1; second <= 120; second++) {
      now += 1000;
      open.read(slow, frame(false, MORE, 33 * 1024));
      open.read(quick, Buffer.concat([rest, part]));
      open.check();
      expect(stalled.isCut).toBe(second > 30);
    }
    expect([slow, paused, quick].map(({ isCut }) => isCut)).toEqual([false, false, false]);
    paused.waits = false;
    now += 31_000;
    open.check();
    expect([slow, paused, quick].map(({ isCut }) => isCut)).toEqual([false, true, true]);
  });
});
