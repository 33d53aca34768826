import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { KeysListed, RoomSession, RoomSshKey } from "@conclave/client";
import { nodeCrypto } from "@conclave/crypto/node";
import {
  MAX_KEY_FILE_BYTES,
  type NamedSshKey,
  readSshKeyFile,
  type SkippedLine,
  sshFingerprint,
  type SshKey,
} from "@conclave/protocol";
import { outcomes } from "@conclave/words/en/outcomes";
import { sshKeySkipped } from "@conclave/words/en/sshKeySkipped";
import { CliError, usageError } from "../cliError.js";
import { sshKeyDocument } from "../documents/sshKeyDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decidingError } from "../session/fate.js";
import { seen } from "../room/decide.js";
import { orThrow } from "../room/orThrow.js";
import { mustBeKnown } from "../room/outside.js";
import { unreadableFile } from "../terminal/fileFault.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Output } from "../terminal/output.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { readStandardInput } from "../terminal/standardInput.js";
import { table } from "../terminal/table.js";
import { asText } from "../terminal/textBytes.js";
import { reportProgress } from "./progress.js";

/** `conclave allow`: lists the SSH keys of a file. */
export async function allow(context: CommandContext, path: string): Promise<void> {
  const { options, output } = context;
  const file = readSshKeyFile(await textOf(path), { ignoreOptions: options["ignoreOptions"] === true });
  for (const line of file.skipped) output.note(`  line ${line.line} left out: ${reasonOf(line)}`);
  if (file.skipped.some(({ reason }) => reason === "options"))
    output.note(`  To list keys whatever their options say:  ${nextCommand("allow", path, "--ignore-options")}`);
  if (file.keys.length === 0) throw new CliError("NO_SSH_KEY", `There is no ssh-ed25519 key to list in ${path}.`);
  await withRoom(context, "write", async (room) => {
    const listed = orThrow(await room.allowKeys(file.keys), room, decidingError);
    const document = { keys: file.keys.map(keyDocument), skipped: file.skipped.map(skippedDocument) };
    await report(output, room, listed, "allow", document, file.keys.length);
    if (listed.progress?.done === true && !room.invites().some(({ isOpen, limit }) => isOpen && limit === null))
      output.note(`To make the link that they join with:  ${nextCommand("invite", "--ssh-keys")}`);
  });
}

/** `conclave disallow`: takes a key off the list, or the keys of a file. */
export async function disallow(context: CommandContext, given: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const keys = await keysMeant(room, given);
    const listed = orThrow(await room.disallowKeys(keys), room, decidingError);
    const document = { keys: keys.map((key) => keyDocument({ key, comment: commentIn(room, key) })), skipped: [] };
    await report(context.output, room, listed, "disallow", document, keys.length);
  });
}

/** `conclave allowed`: shows the list. */
export async function allowed(context: CommandContext): Promise<void> {
  await withRoom(context, "read", (room) => {
    mustBeKnown(room);
    const keys = room.sshKeys();
    context.output.result({ keys: keys.map(sshKeyDocument) }, (paint) =>
      keys.length === 0
        ? `No SSH keys are listed. To list some:  ${nextCommand("allow", "authorized_keys")}`
        : table(
            keys.map(({ fingerprint, comment, listedBy, usedBy }) => [
              { text: fingerprint, paint: paint.dim },
              { text: safeName(comment), paint: paint.bold },
              { text: `by ${safeName(listedBy.name)}`, paint: paint.dim },
              usedBy === null ? "not used yet" : `used by ${safeName(usedBy.name)}`,
            ]),
          ),
    );
  });
}

async function report(
  output: Output,
  room: RoomSession,
  { progress, count, left }: KeysListed,
  what: "allow" | "disallow",
  document: object,
  asked: number,
): Promise<void> {
  if (progress === null) {
    const none = what === "allow" ? "These keys are listed already." : "None of these keys is on the list.";
    output.result({ ...document, count, done: true }, () => none);
    return;
  }
  const already = asked - count - left;
  const others =
    already === 0 ? "" : what === "allow" ? ` ${already} were listed before.` : ` ${already} were not on it.`;
  const rest = left === 0 ? "" : ` ${left} are left: run this again once these are approved.`;
  const sentence = `${outcomes[what]({ count })}${others}`;
  reportProgress(output, await seen(room, progress), sentence, { ...document, count });
  if (rest !== "") output.note(rest.trim());
}

/** The keys that are meant: by fingerprint or comment as `allowed` shows them, or those in a file. */
async function keysMeant(room: RoomSession, given: string): Promise<readonly SshKey[]> {
  const listed = room.sshKeys();
  const fits = listed.filter(({ fingerprint, comment }) =>
    given.startsWith("SHA256:") ? fingerprint.startsWith(given) : comment === given,
  );
  if (fits.length > 1)
    throw new CliError(
      "AMBIGUOUS",
      `More than one listed key is called "${safeLine(given)}".`,
      `Say which:\n${fits.map(({ fingerprint }) => `  ${fingerprint}`).join("\n")}`,
    );
  if (fits.length === 1) {
    const [{ key, fingerprint }] = fits as [RoomSshKey];
    // A comment is whatever its lister wrote: it may be chosen to stand before a file's name.
    if (!given.startsWith("SHA256:") && existsSync(given))
      throw new CliError(
        "AMBIGUOUS",
        `"${safeLine(given)}" is the comment of a listed key, and a file.`,
        `The key:   ${nextCommand("disallow", fingerprint)}\nThe file:  ${nextCommand("disallow", isAbsolute(given) ? `/.${given}` : `./${given}`)}`,
      );
    return [key];
  }
  if (given.startsWith("SHA256:"))
    throw new CliError(
      "NOT_FOUND",
      "No listed key has this fingerprint.",
      `To see the list:  ${nextCommand("allowed")}`,
    );
  if (given !== "-" && !existsSync(given))
    throw new CliError(
      "NOT_FOUND",
      `No key on the list is called "${safeLine(given)}", and there is no such file.`,
      `To see the list:  ${nextCommand("allowed")}`,
    );
  const { keys } = readSshKeyFile(await textOf(given), { ignoreOptions: true });
  if (keys.length === 0) throw new CliError("NO_SSH_KEY", `There is no ssh-ed25519 key in ${given}.`);
  return keys.map(({ key }) => key);
}

async function textOf(path: string): Promise<string> {
  if (path === "-") return readStandardInput(MAX_KEY_FILE_BYTES);
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_KEY_FILE_BYTES) throw usageError(`${path} is too long for a file of keys.`);
    return asText(bytes, path);
  } catch (error) {
    throw error instanceof CliError ? error : unreadableFile(path, error);
  }
}

function commentIn(room: RoomSession, key: SshKey): string {
  const fingerprint = sshFingerprint(nodeCrypto, key);
  return room.sshKeys().find((each) => each.fingerprint === fingerprint)?.comment ?? "";
}

function keyDocument({ key, comment }: NamedSshKey): { fingerprint: string; comment: string } {
  return { fingerprint: sshFingerprint(nodeCrypto, key), comment };
}

function skippedDocument(line: SkippedLine): { line: number; reason: string; text: string } {
  return { line: line.line, reason: line.reason, text: reasonOf(line) };
}

function reasonOf({ reason, what }: SkippedLine): string {
  const sentence = sshKeySkipped[reason];
  return typeof sentence === "string" ? sentence : sentence({ what: safeLine(what ?? "") });
}
