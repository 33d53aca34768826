import type { ComponentChildren, JSX } from "preact";

/** A sentence of ours with people or things put in its places: `"{by} removed {person}"`. */
export function Sentence({
  text,
  ...parts
}: { readonly text: string } & Readonly<Record<string, ComponentChildren>>): JSX.Element {
  return <>{text.split(/\{(\w+)\}/u).map((piece, index) => (index % 2 === 0 ? piece : parts[piece]))}</>;
}
