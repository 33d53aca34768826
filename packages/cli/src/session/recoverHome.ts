import { join } from "node:path";
import { type Client, type Lock, MemoryStorage, openClient, type OpenProblem, type Storage } from "@conclave/client";
import { HomeLock } from "@conclave/client/node";
import { CliError, usageError } from "../cliError.js";
import { ALWAYS, HOME_FILE, oldForm, openStorage, PORTS } from "./openHome.js";

/**
 * Opens the home in a folder as the person with this recovery phrase: an empty home becomes theirs. It is not connected.
 * @throws CliError USAGE (no such phrase; then nothing is written), HOME_NOT_EMPTY, HOME_IN_USE, HOME_UNREADABLE.
 */
export async function recoverHome(folder: string, recoveryPhrase: string): Promise<Client> {
  const open = async (storage: Storage, lock: Lock) => {
    const opened = await openClient({ ...PORTS, storage, lock }, { connect: false, recoveryPhrase });
    if (opened.ok) return opened.value;
    await storage.close();
    throw refusal(opened.error);
  };
  // First in memory, so that a typing error leaves no half-made home behind.
  await (await open(new MemoryStorage(), ALWAYS)).close();
  return await open(openStorage(join(folder, HOME_FILE), folder), new HomeLock(join(folder, "lock")));
}

// Never with a word of the phrase.
function refusal(problem: OpenProblem): CliError {
  switch (problem) {
    case "in_use":
      return new CliError("HOME_IN_USE", "Another Conclave process is using this home.");
    case "old_form":
      return oldForm();
    case "bad_phrase":
      return usageError(
        "These are not the 24 words of a recovery phrase.",
        "Check for a word that is misspelt, missing or out of order.",
      );
    case "other_identity":
      return new CliError(
        "HOME_NOT_EMPTY",
        "This home already belongs to somebody else.",
        "Use an empty one:  --home DIR",
      );
  }
}
