import { readFileSync, writeFileSync } from "node:fs";
import type { InvitePreview, RoomSshKey } from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import {
  MAX_SSHSIG_BYTES,
  readSshsig,
  SSH_NAMESPACE,
  sshFingerprint,
  type SshSignature,
  sshSignedBytes,
} from "@conclave/protocol";
import { sshSignature } from "@conclave/words/en/sshSignature";
import { CliError, usageError } from "../cliError.js";
import type { CommandContext } from "../program/context.js";
import { orThrow } from "../room/orThrow.js";
import { webAddress } from "../session/relayAddress.js";
import { unreadableFile, writeFault } from "../terminal/fileFault.js";
import { LINK, nextCommand } from "../terminal/nextCommand.js";
import { safeLine } from "../terminal/safeText.js";
import { shellWord } from "../terminal/shellWord.js";
import { agentKeys, agentSignature } from "./agent.js";
import { signWithKeygen } from "./keygen.js";

/** How somebody who joins gets a signature: the options of `conclave join`. */
interface Ways {
  /** Signs with this key file. */
  readonly sshKey?: string;
  /** Writes what is to be signed elsewhere into this file. */
  readonly sshSignFile?: string;
  /** The signature that was made elsewhere. */
  readonly sshSignature?: string;
}

/**
 * The signature of an SSH key that an invite for listed keys asks for; null where the invite asks for none, or where what is to be
 * signed was written into a file (`toSign`).
 */
export async function signToJoin(
  { options }: Pick<CommandContext, "options">,
  invited: InvitePreview,
): Promise<{ signature: SshSignature | null; toSign: string | null }> {
  const ways = options as Ways;
  const given = [ways.sshKey, ways.sshSignFile, ways.sshSignature].filter((each) => each !== undefined);
  if (given.length > 1) throw usageError("Give one of --ssh-key, --ssh-sign-file and --ssh-signature.");
  if (!invited.needsKey) {
    if (given.length > 0) throw usageError("This link doesn't ask for an SSH key. Leave the option out.");
    return { signature: null, toSign: null };
  }
  if (ways.sshSignature !== undefined)
    return { signature: read(signatureFile(ways.sshSignature), ways.sshSignature), toSign: null };
  const message = orThrow(await invited.prepareKey(), webAddress(invited.relay));
  if (ways.sshSignFile !== undefined) return { signature: null, toSign: write(ways.sshSignFile, message) };
  if (ways.sshKey === undefined) return { signature: await byAgent(invited.sshKeys, message), toSign: null };
  const signed = await signWithKeygen(ways.sshKey, message);
  if ("failure" in signed)
    throw new CliError(
      "NO_SSH_KEY",
      `ssh-keygen did not sign with ${ways.sshKey}: ${safeLine(signed.failure)}`,
      `A key with a passphrase is best added to the agent:  ssh-add ${shellWord(ways.sshKey)}\nThen:  ${nextCommand("join", LINK)}`,
    );
  return { signature: read(signed.file, ways.sshKey), toSign: null };
}

/** What a person types to sign a file that was written for it, and to join then. */
export function signingSteps(toSign: string): readonly [sign: string, join: string] {
  return [
    `ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n ${SSH_NAMESPACE} ${shellWord(toSign)}`,
    nextCommand("join", LINK, "--ssh-signature", `${toSign}.sig`),
  ];
}

async function byAgent(listed: readonly RoomSshKey[], message: Uint8Array): Promise<SshSignature> {
  const socket = process.env["SSH_AUTH_SOCK"] ?? "";
  const others = `With a key file:  ${nextCommand("join", LINK, "--ssh-key", "KEYFILE")}\nOn another machine:  ${nextCommand("join", LINK, "--ssh-sign-file", "to-sign.txt")}`;
  if (socket === "")
    throw new CliError("NO_SSH_KEY", "This link asks for an SSH key, and no ssh-agent is running here.", others);
  try {
    const keys = await agentKeys(socket);
    const fits = (isFree: boolean) =>
      keys.find(({ key }) => listed.some((each) => equalBytes(each.key, key) && (each.usedBy === null) === isFree));
    const chosen = fits(true) ?? fits(false);
    if (chosen === undefined) {
      const held = keys.map(({ key, comment }) => `  ${sshFingerprint(nodeCrypto, key)}  ${safeLine(comment)}`);
      const none = held.length === 0 ? "The agent holds no Ed25519 key." : `The agent holds:\n${held.join("\n")}`;
      throw new CliError(
        "NO_SSH_KEY",
        "None of the Ed25519 keys in your ssh-agent is on the room's list.",
        `${none}\nAsk somebody in the room to list yours. ${others}`,
      );
    }
    const { key } = chosen;
    const signature = await agentSignature(socket, key, sshSignedBytes(nodeCrypto, message, "sha512"));
    return { key, hash: "sha512", signature };
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("NO_SSH_KEY", `The ssh-agent did not sign: ${safeLine((error as Error).message)}.`, others);
  }
}

function signatureFile(path: string): Uint8Array {
  try {
    const file = readFileSync(path);
    return file.subarray(0, MAX_SSHSIG_BYTES + 1);
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

function read(file: Uint8Array, from: string): SshSignature {
  const signature = readSshsig(file);
  if (signature.ok) return signature.value;
  throw new CliError("SSH_SIGNATURE", `${from}: ${sshSignature[signature.error]}`);
}

function write(path: string, message: Uint8Array): string {
  try {
    writeFileSync(path, message, { flag: "wx" });
  } catch (error) {
    // The same message once more: what is there is what is to be signed.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && equalBytes(signatureFile(path), message)) return path;
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new CliError("FILE_EXISTS", `${path} exists, and holds something else.`, "Choose another name.");
    throw new CliError("NOT_WRITTEN", `${path} could not be written: ${writeFault(error)}.`);
  }
  return path;
}
