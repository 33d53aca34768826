import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CliError } from "../cliError.js";
import { askRunning, controlPath, listenForCommands } from "./controlSocket.js";

it("a running gateway answers with what a command failed with, whatever that is, and goes on", async () => {
  const home = mkdtempSync(join(tmpdir(), "conclave-control-"));
  const path = controlPath(home);
  expect(await askRunning(path, { do: "list" })).toBeNull();
  const granted = { parties: [], given: null, address: "http://127.0.0.1:1" };
  const failures: Error[] = [new CliError("NOT_FOUND", "There is none.", "See the list."), new TypeError("a bug")];
  const server = await listenForCommands(path, () => {
    const [failure] = failures.splice(0, 1);
    return failure === undefined ? Promise.resolve(granted) : Promise.reject(failure);
  });
  const ask = () => askRunning(path, { do: "revoke", party: "x" });
  await expect(ask()).rejects.toMatchObject({ code: "NOT_FOUND", hint: "See the list." });
  await expect(ask()).rejects.toMatchObject({ code: "INTERNAL", message: expect.stringContaining("a bug") });
  expect(await ask()).toEqual(granted);
  server.close();
  rmSync(home, { recursive: true });
});
