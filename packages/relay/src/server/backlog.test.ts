import { describe, expect, it } from "vitest";
import { Backlog } from "./backlog.js";

class Reader {
  readonly waits = true;
  isCut = false;

  constructor(
    readonly address: string,
    private readonly bytes: number,
  ) {}

  get backlog(): number {
    return this.isCut ? 0 : this.bytes;
  }

  adjust(): void {
    // It reads nothing.
  }

  cutOff(): void {
    this.isCut = true;
  }
}

describe("what waits for all clients together", () => {
  it("A83: RULE relay.backlog-bounded: the address for which most waits pays, however little each of its connections has", () => {
    let cut = 0;
    const backlog = new Backlog(1000, () => cut++);
    const [slow, slower] = [new Reader("slow", 50), new Reader("slow", 60)];
    const strangers = Array.from({ length: 100 }, (_, at) => new Reader("stranger", 5 + (at % 8)));
    for (const reader of [slow, slower, ...strangers]) backlog.watch(reader);
    backlog.check();
    expect(cut).toBe(0);
    const more = Array.from({ length: 10 }, () => new Reader("stranger", 5));
    for (const reader of more) backlog.watch(reader);
    backlog.check();
    expect([slow, slower].some(({ isCut }) => isCut)).toBe(false);
    const left = [slow, slower, ...strangers, ...more].reduce((sum, each) => sum + each.backlog, 0);
    expect(left).toBeLessThanOrEqual(500);
    expect(left).toBeGreaterThan(400);
    expect(more.some(({ isCut }) => isCut)).toBe(false);
  });
});
