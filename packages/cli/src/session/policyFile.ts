import { MAX_POLICY_FILE_BYTES, type Policy, type PolicyFault, readPolicyFile } from "@conclave/protocol";
import { policyFault } from "@conclave/words/en/policyFault";
import { stat } from "node:fs/promises";
import { CliError } from "../cliError.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { startOfFile } from "./localFile.js";

/** Whether there is something at this path. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/**
 * The policy in a file.
 * @throws CliError USAGE for what is no file or cannot be read; POLICY_FILE for what is no policy, with every fault of it.
 */
export async function policyInFile(path: string): Promise<Policy> {
  const read = readPolicyFile(await textOf(path));
  if (read.ok) return read.value;
  const faults = read.error.map((fault) => ({ code: fault.code, place: fault.place, message: faultSentence(fault) }));
  const [first, ...rest] = faults.map(({ message }) => message);
  const form = `To see the form:  ${nextCommand("policy", "show", "--json")}`;
  throw new CliError("POLICY_FILE", `${path} is not a policy. ${first!}`, [...rest, form].join("\n"), undefined, {
    faults,
  });
}

/** Why a file is no policy, in a sentence that holds nothing of the file. */
function faultSentence({ code, place, expected }: PolicyFault): string {
  const [least = "", most = ""] = expected;
  const list = new Intl.ListFormat("en-GB", { type: code === "missing_field" ? "conjunction" : "disjunction" });
  switch (code) {
    case "not_json":
    case "too_large":
      return policyFault[code];
    case "out_of_range":
      return policyFault[code]({ place, least, most });
    case "nested_choice":
    case "unchangeable":
      return policyFault[code]({ place });
    default:
      return policyFault[code]({ place, expected: list.format(expected) });
  }
}

/** The text of a file, as far as a policy can reach. */
async function textOf(path: string): Promise<string> {
  return new TextDecoder().decode(await startOfFile(path, MAX_POLICY_FILE_BYTES + 1));
}
