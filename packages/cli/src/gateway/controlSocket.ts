import { answerLines, askLine } from "@conclave/relay";
import type { Server } from "node:net";
import { join } from "node:path";
import { CliError, internalError, type ErrorDocument } from "../cliError.js";
import type { Granted, ControlRequest } from "./control.js";

/** Where a running gateway hears the commands of its own person: in the home, which nobody else can open. */
export function controlPath(home: string): string {
  return join(home, "gateway.sock");
}

/** Answers commands that come to the socket at `path`. The home's lock is held. Who asks is told what it failed with. */
export async function listenForCommands(
  path: string,
  carryOut: (wish: ControlRequest) => Promise<Granted>,
): Promise<Server> {
  return answerLines(path, async (wish) => {
    try {
      return await carryOut(wish as ControlRequest);
    } catch (error) {
      // One command that fails is no reason for the gateway to end.
      return (error instanceof CliError ? error : internalError(error)).toDocument();
    }
  });
}

/** What the gateway that runs on this home answers, or null when none runs. @throws CliError what it refused with */
export async function askRunning(path: string, wish: ControlRequest): Promise<Granted | null> {
  const answer = (await askLine(path, wish)) as Granted | ErrorDocument | undefined;
  if (answer === undefined) return null;
  if (!("error" in answer)) return answer;
  throw new CliError(answer.error.code, answer.error.message, answer.error.hint);
}
