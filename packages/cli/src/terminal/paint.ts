const CODES = {
  bold: ["1", "22"],
  dim: ["2", "22"],
  italic: ["3", "23"],
  underline: ["4", "24"],
  strike: ["9", "29"],
  red: ["31", "39"],
  green: ["32", "39"],
  yellow: ["33", "39"],
  cyan: ["36", "39"],
} as const;

/** Puts a colour or weight around text, or returns it as it is when colours are off. */
export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>> & { readonly isOn: boolean };

/** Whether to colour what goes to `stream`: a terminal, unless NO_COLOR or a dumb one; FORCE_COLOR decides otherwise. */
export function wantsColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

export function paintFor(color: boolean): Paint {
  const painter = (name: keyof typeof CODES) => {
    const [on, off] = CODES[name];
    return (text: string) => (color && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  };
  return {
    isOn: color,
    bold: painter("bold"),
    dim: painter("dim"),
    italic: painter("italic"),
    underline: painter("underline"),
    strike: painter("strike"),
    red: painter("red"),
    green: painter("green"),
    yellow: painter("yellow"),
    cyan: painter("cyan"),
  };
}
