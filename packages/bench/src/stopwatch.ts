/**
 * Runs `work` once (or `times` times in a row, if once is too short to time) and returns the milliseconds of one run: by the
 * clock or in this process's processor time, whichever is less. Other programs on the machine stretch the first, and
 * threads and the cost of asking (up to 1 ms in a sandbox) the second.
 */
export async function time<T>(work: () => T | Promise<T>, times = 1): Promise<{ ms: number; value: T }> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  let value = await work();
  for (let i = 1; i < times; i++) value = await work();
  const wall = performance.now() - before;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms: Math.min(wall, (user + system) / 1000) / times, value };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
