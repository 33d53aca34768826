import { chmodSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { CliError, type ErrorDocument } from "../cliError.js";
import type { Granted, ControlRequest } from "./control.js";

const LONGEST_LINE_BYTES = 64 * 1024;
const PATIENCE_MS = 20_000;
/** What a connection to nobody fails with. */
const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ENAMETOOLONG", "EINVAL"]);

/** Where a running gateway hears the commands of its own person: in the home, which nobody else can open. */
export function controlPath(home: string): string {
  return join(home, "gateway.sock");
}

/**
 * Answers commands that come to the socket at `path`, one each connection. The home's lock is held, so a socket that is
 * there already is left over from a process that was killed.
 */
export async function listenForCommands(
  path: string,
  carryOut: (wish: ControlRequest) => Promise<Granted>,
): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    void lineOf(socket).then(
      async (line) => {
        const answer = await carryOut(JSON.parse(line) as ControlRequest).catch((error: unknown) => {
          if (error instanceof CliError) return error.toDocument();
          throw error;
        });
        socket.end(`${JSON.stringify(answer)}\n`);
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

/** What the gateway that runs on this home answers, or null when none runs. @throws CliError what it refused with */
export async function askRunning(path: string, wish: ControlRequest): Promise<Granted | null> {
  const socket = createConnection(path);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("the gateway does not answer")));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
  } catch (error) {
    if (NOBODY.has((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
  socket.write(`${JSON.stringify(wish)}\n`);
  const answer = JSON.parse(await lineOf(socket)) as Granted | ErrorDocument;
  socket.destroy();
  if (!("error" in answer)) return answer;
  throw new CliError(answer.error.code, answer.error.message, answer.error.hint);
}

function lineOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => {
      text += piece;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
      else if (text.length > LONGEST_LINE_BYTES) reject(new Error("the line is too long"));
    });
    socket.once("error", reject);
    socket.once("close", () => {
      reject(new Error("the connection ended"));
    });
  });
}
