import { chmodSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";

const LONGEST_LINE_BYTES = 1024 * 1024;
const PATIENCE_MS = 20_000;
/** What a connection to nobody fails with. */
const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ENAMETOOLONG", "EINVAL"]);

/**
 * Answers at a Unix socket at `path`, one JSON line with another, one each connection. The caller holds the lock of the folder, so a
 * socket that is there already is left over from a process that was killed. Rejects when the socket cannot be made, for
 * example because the path is longer than about 100 bytes.
 *
 * RULE: socket.private: whoever can open the socket commands the process, so only its own user can.
 */
export async function answerLines(path: string, answer: (request: unknown) => Promise<unknown>): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    lineOf(socket)
      .then(async (line) => {
        socket.end(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
      })
      .catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

/** What the process that listens at `path` answers; undefined when none does. Rejects when it does not answer in 20 s. */
export async function askLine(path: string, request: unknown): Promise<unknown> {
  const socket = createConnection(path);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("it does not answer")));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
  } catch (error) {
    if (NOBODY.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  socket.write(`${JSON.stringify(request)}\n`);
  const answer: unknown = JSON.parse(await lineOf(socket));
  socket.destroy();
  return answer;
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
