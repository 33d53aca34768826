import type { JSX } from "preact";

const SEATS = 7;

/** The mark of Conclave, as its icon has it: people in a ring, one of whom is you, around what they keep. The same in every theme. */
export function Logo({ size = 32 }: { readonly size?: number }): JSX.Element {
  const seats = Array.from({ length: SEATS }, (_, seat) => {
    const angle = (seat * 2 * Math.PI) / SEATS - Math.PI / 2;
    return { x: 256 + 150 * Math.cos(angle), y: 256 + 150 * Math.sin(angle) };
  });
  return (
    <svg width={size} height={size} viewBox="0 0 512 512" aria-hidden="true">
      <rect width="512" height="512" rx="128" fill="#0d6556" />
      {seats.map(({ x, y }, seat) => (
        <circle key={seat} cx={x.toFixed(1)} cy={y.toFixed(1)} r="41" fill={seat === 0 ? "#f2b661" : "#f6f3ee"} />
      ))}
      <circle cx="256" cy="256" r="45" fill="none" stroke="#8fd3c3" stroke-width="17" />
    </svg>
  );
}
