import { done, failed, type Result } from "@conclave/codec";
import type { ClientPorts } from "../api/client.js";
import type { Problem } from "../api/problem.js";

interface Waiter {
  check(): boolean;
}

/** People who wait until something is so. */
export class Waiting {
  private readonly waiters = new Set<Waiter>();

  constructor(private readonly ports: Pick<ClientPorts, "clock">) {}

  /**
   * Resolves when `isSo` gives true, or with the problem that it gives; with what `whyLate` says after `timeout` ms. Looks
   * now, and again with each {@link look}.
   */
  until(
    isSo: () => boolean | Problem,
    timeout: number,
    whyLate: () => Problem = () => ({ kind: "unreachable" }),
  ): Promise<Result<void, Problem>> {
    return new Promise((resolve) => {
      const finish = (result: Result<void, Problem>) => {
        cancel();
        this.waiters.delete(waiter);
        resolve(result);
      };
      const waiter: Waiter = {
        check: () => {
          const answer = isSo();
          if (answer !== false) finish(answer === true ? done(undefined) : failed(answer));
          return answer !== false;
        },
      };
      const cancel = this.ports.clock.setTimer(timeout, () => {
        finish(failed(whyLate()));
      });
      this.waiters.add(waiter);
      waiter.check();
    });
  }

  look(): void {
    for (const waiter of [...this.waiters]) waiter.check();
  }
}
