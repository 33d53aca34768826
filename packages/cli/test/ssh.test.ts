import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "./inProcess.js";
import { type Running, startRelay } from "./processes.js";

const hasOpenSsh = existsSync("/usr/bin/ssh-keygen") && existsSync("/usr/bin/ssh-agent");
if (!hasOpenSsh)
  console.warn("ssh-keygen and ssh-agent are not installed (Debian: openssh-client): not tested with them");

let folder = "";
let relay: Running;
let address = "";
const agent: NodeJS.ProcessEnv = {};
const path = (name: string) => join(folder, name);
const PASSPHRASE = "correct horse";

function keygen(...args: string[]): void {
  execFileSync("ssh-keygen", ["-q", ...args], { cwd: folder, stdio: "pipe" });
}

/** Adds a key to the agent, whose passphrase a program gives. */
function add(key: string): void {
  writeFileSync(path("ask"), `#!/bin/sh\necho '${PASSPHRASE}'\n`, { mode: 0o700 });
  const env = { ...process.env, ...agent, SSH_ASKPASS: path("ask"), SSH_ASKPASS_REQUIRE: "force" };
  execFileSync("ssh-add", ["-q", key], { cwd: folder, env, stdio: "pipe" });
}

/** A command of somebody's; the agent is there only where it is named. */
async function conclave(who: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const before = { ...process.env };
  Object.assign(process.env, { SSH_AUTH_SOCK: "", SSH_ASKPASS: "/bin/false", SSH_ASKPASS_REQUIRE: "force", ...env });
  try {
    const done = await runHere([...args, "--json", "--home", path(who)]);
    return { code: done.code, ...JSON.parse(done.stdout) };
  } finally {
    process.env = before;
  }
}

async function told(who: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { error } = await conclave(who, args, env);
  return error === undefined ? "done" : `${error.code}: ${error.message}`;
}

/** A room of Alice's with a link for these keys. */
async function listing(name: string, ...keys: string[]): Promise<string> {
  await conclave(`alice-${name}`, ["room", "new", name, "--name", "Alice", "--relay", address, "--no-invite"]);
  writeFileSync(path(`keys-${name}`), keys.map((key) => readFileSync(path(`${key}.pub`), "utf8")).join(""));
  expect(await told(`alice-${name}`, ["allow", path(`keys-${name}`)])).toBe("done");
  return (await conclave(`alice-${name}`, ["invite", "--ssh-keys"]))["link"]!;
}

describe.runIf(hasOpenSsh)("with the real ssh-keygen and ssh-agent", { timeout: 240_000 }, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "conclave-ssh-"));
    ({ relay, address } = await startRelay(join(folder, "relay")));
    for (const [name, type, passphrase] of [
      ["plain", "ed25519", ""],
      ["spare", "ed25519", ""],
      ["locked", "ed25519", PASSPHRASE],
      ["rsa", "rsa", ""],
      ["ecdsa", "ecdsa", ""],
      ["ca", "ed25519", ""],
    ] as const)
      keygen("-t", type, "-N", passphrase, "-C", `${name}@laptop`, "-f", name);
    const { stdout } = spawnSync("ssh-agent", ["-s"], { encoding: "utf8" });
    for (const [, name, value] of stdout.matchAll(/(SSH_[A-Z_]+)=([^;]+)/gu)) agent[name!] = value!;
  }, 120_000);
  afterAll(async () => {
    spawnSync("ssh-agent", ["-k"], { env: { ...process.env, ...agent } });
    await relay.stop();
    rmSync(folder, { recursive: true });
  });

  it("a key file lets its owner in, once; everybody sees which key, and who had listed it (A132)", async () => {
    const link = await listing("File", "plain", "spare");
    const joins = (who: string, key: string) =>
      told(who, ["join", link, "--name", who, "--yes", "--ssh-key", path(key)]);
    expect(await joins("bob", "plain")).toBe("done");
    await conclave("alice-File", ["sync"]);
    const { keys } = await conclave("alice-File", ["allowed"]);
    expect(
      (keys as { comment: string; usedBy: { name: string } | null }[])
        .map((each) => [each.comment, each.usedBy?.name])
        .sort(),
    ).toEqual([
      ["plain@laptop", "bob"],
      ["spare@laptop", undefined],
    ]);
    const { decisions } = await conclave("alice-File", ["log"]);
    const print = execFileSync("ssh-keygen", ["-l", "-f", path("plain.pub")])
      .toString()
      .split(" ")[1]!;
    expect((decisions as { summary: string }[]).at(-1)!.summary).toBe(
      `bob joined with the SSH key ${print} (plain@laptop), which Alice listed`,
    );
    expect(await joins("eve", "plain")).toMatch(/^KEY_USED: Somebody has already joined with this SSH key\./u);
    expect(await joins("eve", "ca")).toBe("KEY_NOT_LISTED: This SSH key isn't on the room's list.");
    expect(await told("alice-File", ["disallow", "nobody@laptop"])).toBe(
      'NOT_FOUND: No key on the list is called "nobody@laptop", and there is no such file.',
    );
    // Taken off and listed again, it lets somebody in again.
    expect(await told("alice-File", ["disallow", print])).toBe("done");
    expect(await joins("eve", "plain")).toMatch(/^KEY_NOT_LISTED/u);
    expect(await told("alice-File", ["allow", path("plain.pub")])).toBe("done");
    expect(await joins("eve", "plain")).toBe("done");
  });

  it("the agent signs by itself with the key that is listed; without one, or with none that fits, that is said", async () => {
    const link = await listing("Agent", "locked");
    const joins = (env: NodeJS.ProcessEnv) => told("cora", ["join", link, "--name", "Cora", "--yes"], env);
    expect(await joins({})).toMatch(/^NO_SSH_KEY: This link asks for an SSH key, and no ssh-agent is running here\./u);
    expect(await joins({ SSH_AUTH_SOCK: path("nothing") })).toMatch(/^NO_SSH_KEY: The ssh-agent did not sign/u);
    // What is advised is pasted: a shell leaves a ~ in quotes as it is.
    const { error } = await conclave("cora", ["join", link, "--name", "Cora", "--yes"]);
    expect(error.hint).toContain(" --ssh-key KEYFILE ");
    add("spare");
    const none = await conclave("cora", ["join", link, "--name", "Cora", "--yes"], agent);
    expect(none.error).toMatchObject({
      code: "NO_SSH_KEY",
      message: "None of the Ed25519 keys in your ssh-agent is on the room's list.",
    });
    expect(none.error.hint).toContain("spare@laptop");
    // A certificate beside the key, and keys of other types, are in the agent too.
    keygen("-s", "ca", "-I", "locked", "-n", "cora", "locked.pub");
    add("rsa");
    add("locked");
    expect(await joins(agent)).toBe("done");
    const { decisions } = await conclave("cora", ["log"]);
    expect((decisions as { summary: string }[]).at(-1)!.summary).toContain("(locked@laptop)");
  });

  it("a key with a passphrase and nobody to ask: ssh-keygen's own word is passed on, and the way by the agent", async () => {
    const link = await listing("Locked", "locked");
    const { error } = await conclave("dave", ["join", link, "--name", "Dave", "--yes", "--ssh-key", path("locked")]);
    expect(error).toMatchObject({ code: "NO_SSH_KEY" });
    expect(error.message).toMatch(/ssh-keygen did not sign with .*passphrase/u);
    expect(error.hint).toContain("ssh-add");
    expect(await told("dave", ["join", link, "--name", "Dave", "--yes", "--ssh-key", path("missing")])).toMatch(
      /^NO_SSH_KEY/u,
    );
  });

  it("in two steps: the file is signed elsewhere, with either hash, and holds for this link, person and namespace only (A131)", async () => {
    const link = await listing("Steps", "plain");
    const other = await listing("Other", "plain");
    const step = (who: string, to: string, file: string) =>
      conclave(who, ["join", to, "--name", who, "--yes", "--ssh-sign-file", path(file)]);
    const sign = (file: string, ...options: string[]) => {
      rmSync(path(`${file}.sig`), { force: true });
      keygen(
        "-Y",
        "sign",
        "-f",
        "plain",
        ...(options.includes("-n") ? [] : ["-n", "conclave-join-v1"]),
        ...options,
        file,
      );
    };
    const finish = (who: string, to: string, file: string) =>
      told(who, ["join", to, "--name", who, "--yes", "--ssh-signature", path(`${file}.sig`)]);
    expect(await step("finn", link, "finn.txt")).toMatchObject({ code: 0, toSign: path("finn.txt") });
    // Again, as after a crash: it is the same file.
    expect(await step("finn", link, "finn.txt")).toMatchObject({ code: 0 });
    expect(readFileSync(path("finn.txt"), "utf8")).toMatch(/^conclave\/ssh-join\/v1\nroom [0-9a-f]{64}\n/u);
    writeFileSync(path("taken.txt"), "a letter");
    expect((await step("finn", link, "taken.txt")).error?.code).toBe("FILE_EXISTS");
    sign("finn.txt", "-n", "git");
    expect(await finish("finn", link, "finn.txt")).toMatch(/^SSH_SIGNATURE: .*made for something else/u);
    await step("gita", link, "gita.txt");
    sign("gita.txt");
    expect(await finish("finn", link, "gita.txt")).toMatch(/^BAD_SSH_SIGNATURE: There's no valid SSH signature/u);
    await step("finn", other, "other.txt");
    sign("other.txt");
    expect(await finish("finn", link, "other.txt")).toMatch(/^BAD_SSH_SIGNATURE/u);
    writeFileSync(path("bad.sig"), readFileSync(path("other.txt.sig"), "utf8").slice(0, 100));
    expect(await finish("finn", link, "bad")).toMatch(/^SSH_SIGNATURE: .*part of it is missing/u);
    expect(await told("finn", ["join", link, "--name", "finn", "--yes", "--ssh-signature", path("rsa.pub")])).toMatch(
      /^SSH_SIGNATURE/u,
    );
    sign("finn.txt", "-O", "hashalg=sha256");
    expect(await finish("finn", link, "finn.txt")).toBe("done");
    expect(await finish("finn", other, "other.txt")).toBe("done");
  });

  it("RSA, ECDSA and certificates are told by name, in a file of keys and in a signature", async () => {
    const link = await listing("Types", "plain");
    const joins = (key: string) => told("hugo", ["join", link, "--name", "Hugo", "--yes", "--ssh-key", path(key)]);
    expect(await joins("rsa")).toMatch(/^SSH_SIGNATURE: .*Only Ed25519 keys count here/u);
    expect(await joins("ecdsa")).toMatch(/^SSH_SIGNATURE: .*Only Ed25519 keys count here/u);
    keygen("-s", "ca", "-I", "plain", "-n", "hugo", "plain.pub");
    add("plain");
    const byCertificate = ["join", link, "--name", "Hugo", "--yes", "--ssh-key", path("plain-cert.pub")];
    expect(await told("hugo", byCertificate, agent)).toMatch(
      /^SSH_SIGNATURE: .*SSH certificate\. Sign with the plain key\./u,
    );
    const line = (name: string) => readFileSync(path(`${name}.pub`), "utf8").trim();
    writeFileSync(
      path("authorized_keys"),
      [
        "# everybody",
        line("rsa"),
        line("ecdsa"),
        line("plain-cert"),
        `from="10.0.0.0/8" ${line("spare")}`,
        line("locked"),
        line("locked"),
        `sk-ssh-ed25519@openssh.com AAAA token`,
      ].join("\r\n"),
    );
    const listed = await conclave("alice-Types", ["allow", path("authorized_keys")]);
    expect(listed).toMatchObject({
      code: 0,
      count: 1,
      keys: [{ comment: "locked@laptop" }],
      skipped: [
        { line: 2, reason: "key_type", text: "ssh-rsa: only ssh-ed25519 keys count here" },
        { line: 3, reason: "key_type" },
        { line: 4, reason: "certificate" },
        { line: 5, reason: "options", text: "from: read as an option, and options mean nothing in a room" },
        { line: 7, reason: "twice" },
        { line: 8, reason: "hardware" },
      ],
    });
    expect(await conclave("alice-Types", ["allow", path("authorized_keys"), "--ignore-options"])).toMatchObject({
      count: 1,
    });
    expect(await conclave("alice-Types", ["allow", path("authorized_keys"), "--ignore-options"])).toMatchObject({
      count: 0,
      done: true,
    });
    // A comment that is also a file's name: the fingerprint, or another way to write the path, says which is meant.
    const here = process.cwd();
    process.chdir(folder);
    writeFileSync("locked@laptop", line("plain"));
    expect(await told("alice-Types", ["disallow", "locked@laptop"])).toMatch(/^AMBIGUOUS: .*, and a file\.$/u);
    expect(await told("alice-Types", ["disallow", "./locked@laptop"])).toBe("done");
    rmSync("locked@laptop");
    process.chdir(here);
    const left = await conclave("alice-Types", ["allowed"]);
    expect((left["keys"] as { comment: string }[]).map(({ comment }) => comment)).toContain("locked@laptop");
    expect(await told("alice-Types", ["disallow", "locked@laptop"])).toBe("done");
    expect(await told("alice-Types", ["disallow", "SHA256:nothing"])).toMatch(/^NOT_FOUND/u);
    expect(await told("alice-Types", ["allow", path("rsa.pub")])).toMatch(/^NO_SSH_KEY/u);
  });

  it("options that don't go together, and a key for a link that asks for none, are mistakes in the command line", async () => {
    const link = await listing("Usage", "plain");
    const both = ["join", link, "--name", "Ida", "--yes", "--ssh-key", "x", "--ssh-signature", "y"];
    expect(await told("ida", both)).toMatch(/^USAGE/u);
    expect(await told("alice-Usage", ["invite", "--ssh-keys", "--uses", "3"])).toMatch(/^USAGE/u);
    const open = (await conclave("alice-Usage", ["invite"]))["link"]!;
    expect(await told("ida", ["join", open, "--name", "Ida", "--yes", "--ssh-key", path("plain")])).toMatch(/^USAGE/u);
  });
});
