import type { Result } from "@conclave/codec";
import type { Problem, RoomSession } from "@conclave/client";
import type { CliError } from "../cliError.js";
import { problemError } from "../session/problem.js";
import { webAddress } from "../session/relayAddress.js";
import { outside } from "./outside.js";

/**
 * The value of a result from a room, or from the client for a relay (its address). `told` makes the error, and says what became
 * of what was to be done.
 * @throws CliError with the reason why there is no value.
 */
export function orThrow<T>(
  result: Result<T, Problem>,
  from: RoomSession | string,
  told: (problem: Problem, relay: string) => CliError = problemError,
): T {
  if (result.ok) return result.value;
  if (typeof from === "string") throw told(result.error, from);
  if (result.error.kind === "not_member") throw outside(from);
  throw told(result.error, webAddress(from.relay));
}
