import { describe, expect, it } from "vitest";
import { relayAndHomes } from "./relayAndHomes.js";
import { HAS_TERMINAL, Terminal } from "./terminal.js";

const { process, path } = relayAndHomes("stopped", async ({ process }) => {
  const { link } = await process("Ann", ["room", "new", "Club", "--name", "Ann"]);
  await process("Ben", ["join", link, "--name", "Ben"]);
});

describe.skipIf(!HAS_TERMINAL)("Ctrl-C at a question (skipped without script of util-linux)", () => {
  it.each([
    ["of a command", "remove Ben", ""],
    ["of the chat as lines", "chat --plain", "/remove Ben\r"],
    ["of the chat's screen", "chat", "/remove Ben\r"],
  ])(
    "%s says that nothing was done, and ends with the exit code for it",
    async (_, command, typed) => {
      const keyboard = command === "chat" ? "stty -icrnl -icanon -isig -echo; " : "";
      const terminal = new Terminal(`${keyboard}$CONCLAVE ${command} --home ${path("Ann")}; echo "exit code $?"`);
      if (typed !== "") await terminal.shows(/Ben joined[^]*(?:connected|$)/u);
      terminal.type(typed);
      await terminal.shows(/Remove Ben\?[^]*(?:No|yes or no|y\/n)/u);
      terminal.type("\u0003");
      await terminal.shows(/Nothing was done\.[^]*exit code 130/u);
      await terminal.end();
      expect(await process("Ann", ["members"])).toMatchObject({ members: [{ name: "Ann" }, { name: "Ben" }] });
    },
    60_000,
  );
});
