import type { ComponentChildren, JSX } from "preact";

/** A sentence of the catalogue, with an element for each of its placeholders; a number stays one, for its plural. */
type SentenceProps<V> = { readonly of: (values: V) => string } & {
  readonly [K in keyof V]: V[K] extends number ? number : ComponentChildren;
};

/** A sentence that has elements, such as a person's name, in the places of its placeholders. */
export function Sentence<V extends object>({ of, ...parts }: SentenceProps<V>): JSX.Element {
  const given = parts as Readonly<Record<string, ComponentChildren>>;
  const text = of(new Proxy({}, { get: (_, name: string) => marked(name, given[name]) }) as V);
  return <>{text.split(MARK).map((piece, index) => (index % 2 === 0 ? piece : given[piece]))}</>;
}

const MARK = /\uE000(\w+)\uE001/u;

/** A number or a word stays what it is, for plurals and choices; any other value is put in where its mark stands. */
function marked(name: string, value: ComponentChildren): ComponentChildren {
  if (typeof value === "number") return value;
  return typeof value === "string" ? value.replace(/[\uE000\uE001]/gu, "") : `\uE000${name}\uE001`;
}
