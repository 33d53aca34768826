import { CliError, usageError } from "../cliError.js";
import { fingerprintDocument } from "../documents/fingerprintDocument.js";
import { roomDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { recoverHome } from "../session/recoverHome.js";
import { ask, canAsk } from "../terminal/consent.js";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { readStandardInput } from "../terminal/standardInput.js";

const MAX_PHRASE_BYTES = 4096;

/** `conclave recover`: a home that is still empty becomes the person's whose words these are. */
export async function recover(context: CommandContext): Promise<void> {
  const words = canAsk(context)
    ? ((await ask(context, "Your 24 words, in their order:")) ?? "")
    : await readStandardInput(MAX_PHRASE_BYTES).catch(tooLongAsNone);
  if (words.trim() === "")
    throw usageError("Give the 24 words on standard input.", "They stay out of the command line.");
  const client = await recoverHome(context.home, words);
  try {
    const fingerprint = fingerprintDocument(client.fingerprint());
    const rooms = client.rooms();
    context.output.result({ ...fingerprint, rooms: rooms.map(roomDocument) }, (paint) => [
      `${paint.green("✔")} This home is yours: you are the person that you were. Your fingerprint:`,
      "",
      `  ${fingerprint.words.join(" ")}`,
      "",
      ...(rooms.length === 0 ? wayBack() : []),
    ]);
  } finally {
    await client.close();
  }
}

// What is far too long is no phrase.
function tooLongAsNone(error: unknown): string {
  if (error instanceof CliError && error.code === "TOO_LONG") return "";
  throw error;
}

function wayBack(): string[] {
  return [
    "Who checked these words with you before need not do so again.",
    "",
    "You are in no room yet: rooms, messages and keys were on the devices that are lost.",
    `A room that you own takes you back, if that was prepared, with any link of it:  ${nextCommand("join", LINK)}`,
    "Into every other room somebody lets you in again:",
    `  1. somebody who may do so removes you, which takes the lost devices out:  ${otherCommand("remove", "NAME")}`,
    `  2. they make a link where one has to ask:  ${otherCommand("invite", "--mode", "ask")}`,
    `  3. you ask:  ${nextCommand("join", LINK)}`,
    `  4. they compare your fingerprint, and let you in:  ${otherCommand("admit", "NAME")}`,
    "Nothing of what was said before comes back. A room that was not prepared, and where nobody else may remove",
    "you and let you in, stays closed to you; its members keep it as it is.",
  ];
}
