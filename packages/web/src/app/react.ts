import {
  Component,
  type ComponentType,
  createElement,
  type FunctionComponent,
  type JSX,
  options,
  type Ref,
} from "preact";
import { jsx as preactJsx } from "preact/jsx-runtime";

// What the list of messages (virtua, written for React) needs of React, by Preact's own means. `preact/compat` has all of
// React, four times as large, and changes how every element of the page behaves once it is loaded.
export { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";

/** A component that is drawn again only when a property of it changed. */
export function memo<P extends object>(drawn: ComponentType<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const [old, names] = [this.props as Readonly<P>, Object.keys(next) as (keyof P)[]];
      return names.length !== Object.keys(old).length || names.some((name) => next[name] !== old[name]);
    }
    override render(): JSX.Element {
      return createElement(drawn, this.props as P);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}

/** A component that passes its `ref` on: Preact gives it as a property. */
export function forwardRef<P extends object, T>(
  drawn: (props: P, ref: Ref<T> | null) => JSX.Element,
): FunctionComponent<P & { readonly ref?: Ref<T> }> {
  return ({ ref, ...props }) => drawn(props as unknown as P, ref ?? null);
}

/** Does something that changes state, and draws what follows from it before it returns. */
export function flushSync(change: () => void): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is only put back
  const before = options.debounceRendering;
  let draw = (): void => undefined;
  options.debounceRendering = (work) => {
    draw = work;
  };
  try {
    change();
    draw();
  } finally {
    // As it was: for TypeScript an option that is absent is not one that is undefined.
    if (before) options.debounceRendering = before;
    else delete options.debounceRendering;
  }
}

/** Makes an element. React takes lengths as numbers: pixels. */
export function jsx(type: ComponentType | string, props: Record<string, unknown>, key?: string): JSX.Element {
  const { style } = props;
  const given = typeof type === "string" && typeof style === "object" ? { ...props, style: inPixels(style) } : props;
  return preactJsx(type as string, given as never, key) as JSX.Element;
}

const LENGTHS = new Set(["width", "height", "top", "left", "insetInlineStart"]);

function inPixels(style: object | null): object | null {
  const pairs = Object.entries(style ?? {}) as [string, unknown][];
  const isLength = (name: string, value: unknown) => typeof value === "number" && LENGTHS.has(name);
  return (
    style &&
    Object.fromEntries(pairs.map(([name, value]) => [name, isLength(name, value) ? `${String(value)}px` : value]))
  );
}
