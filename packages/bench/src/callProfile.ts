import type { Crypto } from "@conclave/crypto";

/** One kind of call: how often, and the time in it (ms). */
export interface ProfileRow {
  readonly name: string;
  readonly calls: number;
  readonly ms: number;
}

/** Counts the calls of a provider, and the time in them; what a call asks of another is counted once, in the outer one. */
export class CallProfile {
  private readonly seen = new Map<string, { calls: number; ms: number }>();
  private isPaused = false;

  /** The same provider, watched. */
  of(crypto: Crypto): Crypto {
    const watch = (name: string, call: unknown): unknown => {
      if (typeof call !== "function" || name === "verifyAhead" || name === "quicken" || name === "providers")
        return call;
      return (...given: unknown[]) => {
        const started = performance.now();
        const value: unknown = (call as (...all: unknown[]) => unknown)(...given);
        this.add(name, performance.now() - started);
        return value;
      };
    };
    return Object.fromEntries(
      Object.entries(crypto).map(([name, call]) => [name, watch(name, call)]),
    ) as unknown as Crypto;
  }

  /** Notes a call, or something else that took time. */
  add(name: string, ms: number): void {
    if (this.isPaused) return;
    const known = this.seen.get(name) ?? { calls: 0, ms: 0 };
    this.seen.set(name, { calls: known.calls + 1, ms: known.ms + ms });
  }

  /** Begins from nothing. */
  clear(): void {
    this.seen.clear();
    this.isPaused = false;
  }

  /** Notes nothing until it begins again. */
  pause(): void {
    this.isPaused = true;
  }

  /** What was called since it began, the longest first; `ms` in all. */
  rows(): ProfileRow[] {
    return [...this.seen].map(([name, row]) => ({ name, ...row })).sort((a, b) => b.ms - a.ms);
  }
}
