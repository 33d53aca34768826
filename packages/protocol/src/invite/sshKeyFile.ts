import { toHex } from "@conclave/codec";
import { fromBase64 } from "./sshsigFile.js";
import { readSshKey, SSH_KEY_TYPE, type SshKey } from "./sshKey.js";
import { plainComment } from "./sshComment.js";

/** A key with what its file says of it. */
export interface NamedSshKey {
  readonly key: SshKey;
  /** Who or what it is, for people; may be empty. */
  readonly comment: string;
}

/** Why a line of a file was left out, as a stable code; its sentence is in the words package. */
export type SkippedReason =
  /** Not a line of `authorized_keys` or `allowed_signers`. */
  | "unreadable"
  /** RSA, ECDSA or DSA. */
  | "key_type"
  /** A key on a security token (`sk-`). */
  | "hardware"
  /** A certificate, or an authority that signs them. */
  | "certificate"
  /** A line of `known_hosts`: `@revoked` or `@cert-authority`. */
  | "marker"
  /** The line has options, or a word that may be one: they mean nothing in a room. */
  | "options"
  /** The key was in a line before. */
  | "twice";

/** A line that was left out. */
export interface SkippedLine {
  /** From 1. */
  readonly line: number;
  readonly reason: SkippedReason;
  /** What exactly: the key's type, or the name of the option. */
  readonly what: string | null;
}

/** What is in a file of SSH keys. */
export interface SshKeyFile {
  readonly keys: readonly NamedSshKey[];
  readonly skipped: readonly SkippedLine[];
}

/** Longest file that is read. */
export const MAX_KEY_FILE_BYTES = 8 * 1024 * 1024;

const TYPE = /^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+$/u;

/**
 * The keys in a file as SSH has it: lines of `authorized_keys`, of `allowed_signers`, or a public key's own file. What is left out
 * is said, line by line.
 *
 * RULE: ssh.options-told: a line with any option, known here or not, is left out, unless somebody says that options mean nothing
 * here: nobody believes that `from=` or `command=` holds in a room. A line with a marker is never taken (attack A132).
 */
export function readSshKeyFile(text: string, { ignoreOptions = false } = {}): SshKeyFile {
  const keys = new Map<string, NamedSshKey>();
  const skipped: SkippedLine[] = [];
  for (const [at, each] of text.split(/\r\n|\n|\r/u).entries()) {
    const content = each.trim();
    if (content === "" || content.startsWith("#")) continue;
    const read = readLine(content, ignoreOptions);
    if ("reason" in read) skipped.push({ line: at + 1, ...read });
    else if (keys.has(toHex(read.key))) skipped.push({ line: at + 1, reason: "twice", what: null });
    else keys.set(toHex(read.key), read);
  }
  return { keys: [...keys.values()], skipped };
}

function readLine(line: string, ignoreOptions: boolean): NamedSshKey | Omit<SkippedLine, "line"> {
  const words = wordsOf(line);
  const at = words.findIndex((word) => TYPE.test(word));
  const [type, letters] = [words[at], words[at + 1]];
  if (type === undefined || letters === undefined) return { reason: "unreadable", what: null };
  const before = words.slice(0, at);
  const [first = ""] = before;
  if (first.startsWith("@")) return { reason: "marker", what: plainComment(first) };
  // Before the type: nothing, options, or (`allowed_signers`) who signs and then, perhaps, options.
  if (at > 2) return { reason: "unreadable", what: null };
  const isSigner = isPrincipals(first);
  const options = before.slice(isSigner ? 1 : 0).flatMap(optionsOf);
  if (type.includes("-cert-") || options.includes("cert-authority")) return { reason: "certificate", what: type };
  if (type.startsWith("sk-")) return { reason: "hardware", what: type };
  if (type !== SSH_KEY_TYPE) return { reason: "key_type", what: type };
  const blob = fromBase64(letters);
  const key = blob && readSshKey(blob);
  if (key === null || "type" in key) return { reason: "unreadable", what: type };
  if (options.length > 0 && !ignoreOptions) return { reason: "options", what: plainComment(options[0]!) };
  const comment = words.slice(at + 2).join(" ");
  return { key, comment: plainComment(comment === "" && isSigner ? first : comment) };
}

/** Words of a line: a blank inside of quotes ends none, and quotes that nobody closes go on to the line's end. */
function wordsOf(line: string): readonly string[] {
  return Array.from(line.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^\s"])+/gu), ([word]) => word);
}

/** An address or a pattern of some, as those have who sign. Any other word may be an option of a newer OpenSSH. */
const PRINCIPAL = /^(?=.*[@*?])[^@"=][^"=]*$/u;

/** Whether a word names people, and cannot be a list of options. */
function isPrincipals(word: string): boolean {
  return word.split(",").every((part) => PRINCIPAL.test(part));
}

/** The names of the options in a word; of one that holds none that can be read, the word. */
function optionsOf(word: string): readonly string[] {
  const parts = word.match(/(?:"(?:\\.|[^"\\])*"?|[^,"])+/gu) ?? [word];
  return parts.map((part) => part.replaceAll('"', "").split("=")[0]!.toLowerCase());
}
