import { environmentName, SETTING_NAMES, SETTINGS } from "../config/settings.js";

/** An environment variable, and what it is for. */
export interface Variable {
  readonly name: string;
  readonly about: string;
}

/** Variables of the commands of a home. */
export const HOME_VARIABLES: readonly Variable[] = [
  { name: "CONCLAVE_HOME", about: "Where your identity and rooms are kept, like --home (~/.conclave)." },
  { name: "CONCLAVE_ROOM", about: "Which room, like --room." },
  { name: "CONCLAVE_RELAY", about: "The relay for new rooms, like --relay (http://127.0.0.1:4430)." },
  { name: "CONCLAVE_PERMIT", about: "The permit to create rooms, from the relay's operator." },
  { name: "CONCLAVE_DEBUG", about: "If 1, an error inside Conclave shows where it happened." },
  { name: "NO_COLOR", about: "If set, nothing is printed in colour." },
];

/** Variables of `conclave backup` and `conclave restore`. */
export const BACKUP_VARIABLES: readonly Variable[] = [
  {
    name: "CONCLAVE_BACKUP_PASSPHRASE",
    about: "The passphrase of a sealed backup; better its file, with _FILE behind the name.",
  },
];

/** Variables of `conclave serve`, one for each of its settings. */
export function relayVariables(): Variable[] {
  const config = { name: "CONCLAVE_CONFIG", about: "The configuration file, like --config." };
  const settings = SETTING_NAMES.map((name) => {
    const { about, fallback, kind } = SETTINGS[name];
    const initial = typeof fallback === "string" || typeof fallback === "number" ? ` (${fallback})` : "";
    // A switch that turns something off is described as that.
    const what = kind === "off" ? `false to ${about}` : about;
    return { name: environmentName(name), about: `${what[0]!.toUpperCase()}${what.slice(1)}${initial}.` };
  });
  return [config, ...settings];
}
