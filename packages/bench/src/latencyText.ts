/** Median and p99 of rising times in ms. */
export function latencyText(times: readonly number[]): string {
  const at = (share: number): string => `${times[Math.floor(times.length * share)]!.toFixed(1)} ms`;
  return `${at(0.5)}, ${at(0.99)}`;
}
