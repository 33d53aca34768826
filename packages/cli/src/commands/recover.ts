import { CliError, usageError } from "../cliError.js";
import { fingerprintDocument } from "../documents/fingerprintDocument.js";
import { roomDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { recoverHome } from "../session/recoverHome.js";
import { ask, canAsk } from "../terminal/consent.js";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { readStandardInput } from "../terminal/standardInput.js";

const MAX_PHRASE_BYTES = 4096;

/** `conclave recover`: an empty home becomes the home of the person whose words these are. */
export async function recover(context: CommandContext): Promise<void> {
  const words = canAsk(context)
    ? ((await ask(context, "Your 24 words, in order:")) ?? "")
    : await readStandardInput(MAX_PHRASE_BYTES).catch(tooLongAsNone);
  if (words.trim() === "")
    throw usageError("Give the 24 words on standard input.", "Never put them on the command line.");
  const client = await recoverHome(context.home, words);
  try {
    const fingerprint = fingerprintDocument(client.fingerprint());
    const rooms = client.rooms();
    context.output.result({ ...fingerprint, rooms: rooms.map(roomDocument) }, (paint) => [
      `${paint.green("✔")} This home is now yours, and you are the same person as before. Your fingerprint:`,
      "",
      `  ${fingerprint.words.join(" ")}`,
      "",
      ...(rooms.length === 0 ? wayBack() : []),
    ]);
  } finally {
    await client.close();
  }
}

// Input that is far too long cannot be a phrase.
function tooLongAsNone(error: unknown): string {
  if (error instanceof CliError && error.code === "TOO_LONG") return "";
  throw error;
}

function wayBack(): string[] {
  return [
    "Anyone who has checked these words with you before doesn't need to do so again.",
    "",
    "You are not in any room yet: your rooms, messages and keys were on the devices you lost.",
    `To come back to a room that you own, if it was prepared for that, use any of its links:  ${nextCommand("join", LINK)}`,
    "For every other room, somebody there has to let you in again:",
    `  1. they remove you, and the lost devices with you:  ${otherCommand("remove", "NAME")}`,
    `  2. they make a link to ask with:  ${otherCommand("invite", "--mode", "ask")}`,
    `  3. you ask to join:  ${nextCommand("join", LINK)}`,
    `  4. they compare your fingerprint, and let you in:  ${otherCommand("admit", "NAME")}`,
    "Old messages don't come back. If a room was not prepared, and nobody else there can remove you and let you in,",
    "you can't come back to it; its members keep the room without you.",
  ];
}
