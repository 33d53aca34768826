import type { Output } from "../terminal/output.js";
import { table } from "../terminal/table.js";
import type { ResolvedConfig } from "./resolveConfig.js";
import { SETTING_NAMES, SETTINGS } from "./settings.js";

/** Shows every setting with its value and source; secrets only as set or not set. */
export function printConfig({ sources }: ResolvedConfig, output: Output): void {
  const rows = SETTING_NAMES.map((name) => {
    const { value, source } = sources[name];
    const shown = SETTINGS[name].kind === "secret" && value !== null ? "(set)" : value;
    return { name, value: shown, source };
  });
  const document = Object.fromEntries(rows.map(({ name, value, source }) => [name, { value, source }]));
  output.result({ settings: document }, (paint) =>
    table([
      [
        { text: "setting", paint: paint.dim },
        { text: "value", paint: paint.dim },
        { text: "from", paint: paint.dim },
      ],
      ...rows.map(({ name, value, source }) => [
        name,
        typeof value === "string" ? value : value === null ? "-" : JSON.stringify(value),
        source,
      ]),
    ]),
  );
}
