import type { JSX } from "preact";

/** The mark of Conclave: people in a ring, and the one place among them that is kept. */
export function Mark({ size = 32 }: { readonly size?: number }): JSX.Element {
  const seats = [0, 1, 2, 3, 4, 5].map((seat) => {
    const angle = (seat * Math.PI) / 3 - Math.PI / 2;
    return { x: 24 + 15 * Math.cos(angle), y: 24 + 15 * Math.sin(angle) };
  });
  return (
    <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true">
      <rect width="48" height="48" rx="14" fill="var(--accent)" />
      {seats.map(({ x, y }, seat) => (
        <circle key={seat} cx={x.toFixed(2)} cy={y.toFixed(2)} r="4.6" fill="var(--on-accent)" />
      ))}
      <circle cx="24" cy="24" r="4.6" fill="none" stroke="var(--on-accent)" stroke-width="2.4" />
    </svg>
  );
}
