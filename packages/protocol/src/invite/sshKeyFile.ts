import { toHex } from "@conclave/codec";
import { fromBase64 } from "./sshsigFile.js";
import { readSshKey, SSH_KEY_TYPE, type SshKey } from "./sshKey.js";
import { plainComment } from "./sshComment.js";
import { SSH_NAMESPACE } from "./sshSignature.js";

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
  /** The line limits what the key may do, which means nothing in a room. */
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
/** Options that limit nothing. */
const HARMLESS: ReadonlySet<string> = new Set(["namespaces"]);

/**
 * The keys in a file as SSH has it: lines of `authorized_keys`, of `allowed_signers`, or a public key's own file. What is left out
 * is said, line by line.
 *
 * RULE: ssh.options-told: a line whose options limit the key is left out, unless somebody says that they mean nothing here: nobody
 * believes that `from=` or `command=` holds in a room (attack A132).
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
  // Before the type: nothing, options, or (`allowed_signers`) who signs and then, perhaps, options.
  if (at < 0 || at > 2 || words[at + 1] === undefined) return { reason: "unreadable", what: null };
  const [type, letters] = [words[at]!, words[at + 1]!];
  const first = words[0]!;
  const isPrincipals = at === 2 || (at === 1 && !isOptions(first));
  const options = optionsOf((at === 2 ? words[1] : at === 1 && !isPrincipals ? first : undefined) ?? "");
  if (type.includes("-cert-") || options.some((name) => name === "cert-authority"))
    return { reason: "certificate", what: type };
  if (type.startsWith("sk-")) return { reason: "hardware", what: type };
  if (type !== SSH_KEY_TYPE) return { reason: "key_type", what: type };
  const blob = fromBase64(letters);
  const key = blob && readSshKey(blob);
  if (key === null || "type" in key) return { reason: "unreadable", what: type };
  const limit = options.find((name) => !HARMLESS.has(name)) ?? foreignNamespace(words, at);
  if (limit !== undefined && !ignoreOptions) return { reason: "options", what: plainComment(limit) };
  const comment = words.slice(at + 2).join(" ");
  return { key, comment: plainComment(comment === "" && isPrincipals ? first : comment) };
}

/** Words of a line: a blank inside of quotes ends none. */
function wordsOf(line: string): readonly string[] {
  return line.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/gu) ?? [];
}

const OPTION = /^[a-z][a-z0-9-]*(?:="(?:\\.|[^"\\])*"|=[^",]*)?$/iu;
const NAMES: ReadonlySet<string> = new Set(
  "agent-forwarding cert-authority no-agent-forwarding no-port-forwarding no-pty no-user-rc no-x11-forwarding port-forwarding pty restrict user-rc x11-forwarding no-touch-required verify-required".split(
    " ",
  ),
);

/** Whether a word is a list of options, and not of people. */
function isOptions(word: string): boolean {
  return partsOf(word).every((part) => OPTION.test(part) && (part.includes("=") || NAMES.has(part.toLowerCase())));
}

function partsOf(word: string): readonly string[] {
  return word.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/gu) ?? [];
}

function optionsOf(word: string): readonly string[] {
  return partsOf(word).map((part) => part.split("=")[0]!.toLowerCase());
}

/** `namespaces="git"` limits a key to something else than to join. */
function foreignNamespace(words: readonly string[], at: number): string | undefined {
  const found = words
    .slice(0, at)
    .flatMap(partsOf)
    .find((part) => part.toLowerCase().startsWith("namespaces="));
  if (found === undefined) return undefined;
  const patterns = found
    .slice(found.indexOf("=") + 1)
    .replaceAll('"', "")
    .split(",");
  return patterns.some((pattern) => pattern === SSH_NAMESPACE || pattern === "*") ? undefined : "namespaces";
}
