/**
 * One demand that a port makes of its drivers: it throws when the driver does not meet it. It needs no test framework,
 * so that it runs in Node and in a browser alike.
 */
export interface ConformanceCase<Subject> {
  readonly title: string;
  readonly run: (subject: Subject) => Promise<void>;
}

/** @throws Error with `what` unless `condition` holds. */
export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`conformance: ${what}`);
}

/** Whether a promise rejects. */
export async function rejects(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    return error instanceof Error;
  }
}

/** Resolves when `condition` holds; throws with `what` when it still does not after five seconds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 1000 && !condition(); tries++) await new Promise((resolve) => setTimeout(resolve, 5));
  demand(condition(), what);
}
