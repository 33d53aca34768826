import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programName } from "../src/terminal/nextCommand.js";
import { people, runHere } from "./inProcess.js";

let folder = "";
let conclave: ReturnType<typeof people>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-usage-"));
  conclave = people(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("who makes a mistake in a command", () => {
  it("sees how it is meant, in sentences that end once", async () => {
    for (const [args, message, hints] of [
      [
        ["room", "new", "Garden", "club"],
        "Too many arguments",
        ["with spaces in quotes", "room new [options] <title>"],
      ],
      [["room", "new"], "Missing required argument 'title'.", ["room new [options] <title>"]],
      [["role", "Ben"], "Missing required argument 'role'.", ["role [options] <person> <role>"]],
      [["send", "--dash"], "Unknown option '--dash'.", ["send [options] [text...]"]],
      [["serve", "--prot", "1"], "Unknown option '--prot'.", ["Did you mean --port?", "serve [options]"]],
    ] as const) {
      const { code, error } = await conclave("Ann", ...args);
      expect([args, code, error.code]).toEqual([args, 2, "USAGE"]);
      expect(error.message).toContain(message);
      expect(error.message).toMatch(/[^.]\.$/u);
      for (const hint of hints) expect(error.hint).toContain(hint);
    }
    expect((await conclave("Ann", "members", "Ben")).error.hint).not.toContain("quotes");
  });

  it("is told of limits that are so, and never of a fault of Conclave", async () => {
    expect((await conclave("Ann", "invite", "--uses", "0")).error.message).toContain("from 1 to 10000");
    for (const [flag, value] of [
      ["--public-url", "foo"],
      ["--public-url", "https://example.org/?x=1"],
      ["--allow-relay", "foo"],
      ["--allow-origin", "foo"],
      ["--keep-messages", "foo"],
      ["--port", "foo"],
    ] as const) {
      const { code, error } = await conclave("Ann", "serve", "--print-config", flag, value);
      expect([flag, code, error.code]).toEqual([flag, 2, "USAGE"]);
    }
  });

  it("starts a relay where none answers only where starting one can help", async () => {
    const found = (relay: string) => conclave("Ann", "room", "new", "Shed", "--name", "Ann", "--relay", relay);
    const own = await found("http://127.0.0.1:9");
    expect(own).toMatchObject({ code: 3, error: { code: "UNREACHABLE" } });
    expect(own.error.hint).toMatch(/serve --port 9$/u);
    expect((await found("https://relay.invalid")).error.hint).not.toContain("serve");
  });

  it("finds in the help a way to more help that can be typed", async () => {
    const { stdout } = await runHere(["--help"]);
    expect(stdout).toContain(`"${programName()} help COMMAND" has examples`);
    expect((await runHere(["help", "room", "new"])).stdout).toContain("Examples:");
  });
});
