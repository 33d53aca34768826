import type { Returning } from "@conclave/client";
import { CliError, usageError } from "../cliError.js";
import { type CommandContext, waiting, withHome } from "../program/globals.js";
import type { HomeRoom } from "../session/homeRoom.js";
import { DEFAULT_USES, warnLate } from "./invite.js";
import { ask } from "../terminal/consent.js";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";

/** How long the way back by the words is waited for; what is not done by then is done by any later command. */
const UNTIL_PREPARED_MS = 5000;
const WORDS = {
  ready: "words to write down: with them you come back to this room when this home is lost",
  preparing: "words to write down: you cannot recover this room yet, that comes with the next command",
  possible: "words to write down: they bring back who you are",
} as const satisfies Record<Returning, string>;
const DEFAULT_RELAY = "http://127.0.0.1:4430";

/** `conclave room new`: founds a room, and makes its first invite. */
export async function roomNew(context: CommandContext, title: string): Promise<void> {
  const { options, output } = context;
  const name = (options["name"] as string | undefined) ?? (await ask(context, "What do you call yourself?"));
  if (name === null || name.trim() === "")
    throw usageError("The room needs to know what you call yourself.", "Add --name Alice");
  const relay = String(options["relay"] ?? process.env["CONCLAVE_RELAY"] ?? DEFAULT_RELAY);
  await withHome(context, "begin", async (home) => {
    const preset = String(options["preset"]);
    const permit = process.env["CONCLAVE_PERMIT"] ?? null;
    // Who founds a room owns it: from the first moment on the words that are offered below bring them back to it.
    await home.wantReturn();
    const room = await waiting(output, home.createRoom({ title, name, preset, relay, permit }));
    const invite = options["invite"] === false ? null : await firstLink(room);
    await waiting(output, room.settle(UNTIL_PREPARED_MS));
    if (invite?.invitation && !invite.isReady) warnLate(output);
    const summary = room.summary();
    output.about(summary.id);
    const { returning } = room.status();
    const link = invite?.link ?? null;
    output.result({ room: summary, link, invitation: invite?.invitation ?? null, returning }, (paint) => [
      `${paint.green("✔")} ${paint.bold(safeName(summary.title))} exists, and you are its owner.`,
      "",
      ...(link !== null
        ? [
            invite?.invitation?.mode === "ask"
              ? "Invite people with this link. They ask to join, and those who decide approve them (requests, admit):"
              : "Invite people with this link. Anyone with it can join, even while you are offline:",
            "",
            `  ${paint.cyan(link)}`,
            "",
          ]
        : []),
      "Next:",
      ...table([
        [`  ${nextCommand("chat")}`, { text: "talk", paint: paint.dim }],
        [`  ${nextCommand("recovery")}`, { text: WORDS[returning ?? "possible"], paint: paint.dim }],
        ...(link === null
          ? []
          : [
              [
                `  ${otherCommand("join", LINK, "--name", "Bob", "--home", "./bob")}`,
                { text: "try it as somebody else", paint: paint.dim },
              ],
            ]),
      ]),
    ]);
  });
}

/** A room that exists is told to exist, whatever became of its link. */
async function firstLink(room: HomeRoom): ReturnType<HomeRoom["invite"]> {
  try {
    return await room.invite({ label: "first link", uses: DEFAULT_USES, expires: null, mode: null });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { code, message, exit, fate } = error;
    const { title } = room.summary();
    const said = `${safeName(title)} exists, and you are its owner; its link was not shown. ${message}`;
    const hint = `To see whether it was made:  ${nextCommand("invites")}\nTo make one:  ${nextCommand("invite")}`;
    throw Object.assign(new CliError(code, said, hint, exit), { fate });
  }
}
