// Writes packages/protocol/vectors/openssh again with the real ssh-keygen and ssh-agent (Debian: openssh-client). No private key
// stays: they are made in a temporary folder. What is there holds for ever, so run it only to add a case.
import { Buffer } from "node:buffer";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const out = path.resolve(import.meta.dirname, "../packages/protocol/vectors/openssh");
const work = mkdtempSync(path.join(tmpdir(), "openssh-vectors-"));
const NAMESPACE = "conclave-join-v1";
const hex = (byte, length) => Buffer.alloc(length, byte).toString("hex");
const message = [
  "conclave/ssh-join/v1",
  `room ${hex(1, 32)}`,
  `invite ${hex(2, 16)}`,
  `person ${hex(3, 32)}`,
  `leaf ${hex(4, 32)}`,
  "",
].join("\n");

const keygen = (args, options = {}) =>
  execFileSync("ssh-keygen", args, { cwd: work, stdio: ["pipe", "pipe", "pipe"], ...options });
const sign = (key, { namespace = NAMESPACE, text = message, hash = "sha512", env = {} } = {}) =>
  keygen(["-Y", "sign", "-f", key, "-n", namespace, "-O", `hashalg=${hash}`], {
    input: text,
    env: { ...process.env, ...env },
  }).toString();

mkdirSync(out, { recursive: true });
const put = (name, text) => writeFileSync(path.join(out, name), text);
for (const [name, type, pass] of [
  ["plain", "ed25519", ""],
  ["passphrase", "ed25519", "correct horse"],
  ["rsa", "rsa", ""],
  ["ecdsa", "ecdsa", ""],
  ["ca", "ed25519", ""],
])
  keygen(["-q", "-t", type, "-N", pass, "-C", `${name}@example.org`, "-f", name]);

put("message.txt", message);
for (const name of ["plain", "passphrase", "rsa", "ecdsa"])
  copyFileSync(path.join(work, `${name}.pub`), path.join(out, `${name}.pub`));
put("fingerprint.txt", keygen(["-l", "-f", "plain.pub"]).toString().split(" ")[1]);
put("sha512.sig", sign("plain"));
put("sha256.sig", sign("plain", { hash: "sha256" }));
put("rsa.sig", sign("rsa"));
put("ecdsa.sig", sign("ecdsa"));
put("namespace.sig", sign("plain", { namespace: "git" }));
put("other-room.sig", sign("plain", { text: message.replace(hex(1, 32), hex(9, 32)) }));
put("other-person.sig", sign("plain", { text: message.replace(hex(3, 32), hex(9, 32)) }));

// With a passphrase there is no terminal to ask for it here: the agent signs, which has been told it.
const agent = spawnSync("ssh-agent", ["-s"], { encoding: "utf8" });
const env = Object.fromEntries(
  [...agent.stdout.matchAll(/(SSH_[A-Z_]+)=([^;]+)/gu)].map(([, name, value]) => [name, value]),
);
try {
  const ask = path.join(work, "ask");
  writeFileSync(ask, "#!/bin/sh\necho 'correct horse'\n", { mode: 0o700 });
  const asking = { ...process.env, ...env, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: "force" };
  execFileSync("ssh-add", ["-q", "passphrase"], { cwd: work, env: asking, stdio: "ignore" });
  put("agent.sig", sign("passphrase.pub", { env }));
  // A certificate beside the key: the agent has both, and signs with the certificate where its file is named.
  keygen(["-q", "-s", "ca", "-I", "plain", "-n", "plain", "plain.pub"]);
  copyFileSync(path.join(work, "plain-cert.pub"), path.join(out, "plain-cert.pub"));
  execFileSync("ssh-add", ["-q", "plain"], { cwd: work, env: { ...process.env, ...env }, stdio: "ignore" });
  put("certificate.sig", sign("plain-cert.pub", { env }));
} finally {
  spawnSync("ssh-agent", ["-k"], { env: { ...process.env, ...env } });
}
put(
  "README.md",
  `# Made by OpenSSH

What \`ssh-keygen -Y sign\` made of \`message.txt\`, with the public keys that signed. The private keys
are gone. \`node scripts/opensshVectors.mjs\` makes a new set. Made with:

    ${spawnSync("ssh", ["-V"], { encoding: "utf8" }).stderr.trim()}
`,
);
rmSync(work, { recursive: true });
console.log(readFileSync(path.join(out, "README.md"), "utf8"));
