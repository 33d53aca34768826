import { readFileSync } from "node:fs";
import path from "node:path";
import { concatBytes, fromHex, toHex, utf8Bytes } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { webCrypto } from "@conclave/crypto/web";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InviteId, LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { isComment, plainComment } from "./sshComment.js";
import { readSshKey, sshFingerprint, SshKey, sshKeyBlob, sshString } from "./sshKey.js";
import { readSshKeyFile } from "./sshKeyFile.js";
import { isSignedBySsh, type SshJoin, sshJoinMessage } from "./sshSignature.js";
import { fromBase64, MAX_SSHSIG_BYTES, readSshsig } from "./sshsigFile.js";

const crypto = nodeCrypto;
const folder = path.resolve(import.meta.dirname, "../../vectors/openssh");
const file = (name: string) => readFileSync(path.join(folder, name));
const line = (name: string) => file(`${name}.pub`).toString().trim();
const filled = (byte: number, length: number) => new Uint8Array(length).fill(byte);
const join: SshJoin = {
  roomId: RoomId.of(filled(1, 32)),
  inviteId: InviteId.of(filled(2, 16)),
  person: PersonId.of(filled(3, 32)),
  leaf: LeafKey.of(filled(4, 32)),
};

function signatureIn(name: string) {
  const read = readSshsig(file(name));
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

/** The bytes inside a file's armour. */
function binary(name: string): Uint8Array {
  return fromBase64(file(name).toString().trim().split("\n").slice(1, -1).join(""))!;
}

describe("signatures that OpenSSH made", () => {
  it("are over the message that we make", () => {
    expect(new TextDecoder().decode(sshJoinMessage(join))).toBe(file("message.txt").toString());
  });

  for (const each of [nodeCrypto, webCrypto])
    for (const name of ["sha512.sig", "sha256.sig", "agent.sig"])
      it(`hold with ${each.name}: ${name}, armoured and binary`, () => {
        const signature = signatureIn(name);
        expect(isSignedBySsh(each, join, signature)).toBe(true);
        expect(readSshsig(binary(name))).toEqual({ ok: true, value: signature });
        const key = readSshKeyFile(line(name === "agent.sig" ? "passphrase" : "plain")).keys[0]!.key;
        expect(toHex(signature.key)).toBe(toHex(key));
      });

  it("A131: RULE ssh.bound: one for another room, person, invite or leaf, or made for git, is none for this", () => {
    const held = (name: string) => isSignedBySsh(crypto, join, signatureIn(name));
    expect(["sha512.sig", "other-room.sig", "other-person.sig"].map(held)).toEqual([true, false, false]);
    expect(readSshsig(file("namespace.sig"))).toEqual({ ok: false, error: "namespace" });
    // The namespace is not only read: with the true one in its place the signature made for git does not hold.
    const forged = readSshsig(renamed(binary("namespace.sig"), "git", "conclave-join-v1"));
    expect(forged.ok && isSignedBySsh(crypto, join, forged.value)).toBe(false);
    expect(forged.ok).toBe(true);
    const good = signatureIn("sha512.sig");
    for (const change of [
      { roomId: RoomId.of(filled(9, 32)) },
      { inviteId: InviteId.of(filled(9, 16)) },
      { person: PersonId.of(filled(9, 32)) },
      { leaf: LeafKey.of(filled(9, 32)) },
    ])
      expect(isSignedBySsh(crypto, { ...join, ...change }, good)).toBe(false);
    expect(isSignedBySsh(crypto, join, { ...good, hash: "sha256" })).toBe(false);
    // A bare Ed25519 signature over the message, as another program might make one with the same key, is not SSH's.
    const seed = filled(7, 32);
    const key = SshKey.of(crypto.ed25519PublicKey(seed));
    const bare = crypto.ed25519Sign(seed, sshJoinMessage(join));
    expect(isSignedBySsh(crypto, join, { key, hash: "sha512", signature: bare })).toBe(false);
  });

  it("by other keys are told apart", () => {
    expect(readSshsig(file("rsa.sig"))).toEqual({ ok: false, error: "key_type" });
    expect(readSshsig(file("ecdsa.sig"))).toEqual({ ok: false, error: "key_type" });
    expect(readSshsig(file("certificate.sig"))).toEqual({ ok: false, error: "certificate" });
    const hardware = concatBytes(
      utf8Bytes("SSHSIG\0\0\0\u0001"),
      sshString(concatBytes(sshString("sk-ssh-ed25519@openssh.com"), sshString(filled(1, 32)), sshString("ssh:"))),
      ...["conclave-join-v1", "", "sha512", "x"].map(sshString),
    );
    expect(readSshsig(hardware)).toEqual({ ok: false, error: "key_type" });
  });

  it("cut off, lengthened, of a newer form or of no form at all are refused, and nothing throws", () => {
    const whole = binary("sha512.sig");
    for (let length = 0; length < whole.length; length++) expect(readSshsig(whole.slice(0, length)).ok).toBe(false);
    expect(readSshsig(concatBytes(whole, filled(0, 1)))).toEqual({ ok: false, error: "unreadable" });
    expect(readSshsig(whole.slice(0, 9))).toEqual({ ok: false, error: "unreadable" });
    const newer = whole.slice();
    newer[9] = 2;
    expect(readSshsig(newer)).toEqual({ ok: false, error: "version" });
    const text = file("sha512.sig").toString();
    for (const bad of [
      "",
      "x",
      text.slice(0, 100),
      text.replace("U1NI", "!!!!"),
      `${text}x`,
      text.replace("BEGIN", "END"),
    ])
      expect(readSshsig(utf8Bytes(bad))).toEqual({ ok: false, error: "unreadable" });
    // A blank that is no ASCII is none, though it looks like one.
    expect(readSshsig(utf8Bytes(text.replace("U1NI", "U1\u00a0NI")))).toEqual({ ok: false, error: "unreadable" });
    expect(readSshsig(utf8Bytes(text.replace("U1NI", "U1 NI"))).ok).toBe(true);
    // As Windows and mail leave it.
    expect(readSshsig(utf8Bytes(`\n${text.replaceAll("\n", "\r\n")}\n`)).ok).toBe(true);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readSshsig(concatBytes(utf8Bytes("SSHSIG\0\0\0\u0001"), bytes)).ok).toBe(false);
      }),
    );
  });

  it("with a part that they have not are refused: a hash of another name, something reserved, another kind of signature", () => {
    const { key, signature } = signatureIn("sha512.sig");
    const raw = (type: string, bytes: Uint8Array) => concatBytes(sshString(type), sshString(bytes));
    const made = (change: Partial<Record<"reserved" | "hash", string>> = {}, last = raw("ssh-ed25519", signature)) =>
      readSshsig(
        concatBytes(
          utf8Bytes("SSHSIG\0\0\0\u0001"),
          sshString(sshKeyBlob(key)),
          ...["conclave-join-v1", change.reserved ?? "", change.hash ?? "sha512"].map(sshString),
          sshString(last),
        ),
      );
    expect(made()).toEqual({ ok: true, value: { key, hash: "sha512", signature } });
    const bad = [
      made({ reserved: "x" }),
      made({ hash: "sha1" }),
      made({}, raw("ssh-rsa", signature)),
      made({}, raw("ssh-ed25519", signature.slice(1))),
      made({}, signature),
    ];
    for (const each of bad) expect(each).toEqual({ ok: false, error: "unreadable" });
  });

  it("name the type of another key only where it is a name, of 64 letters at most", () => {
    const blob = (type: string) => concatBytes(sshString(type), sshString(filled(1, 32)));
    for (const type of ["ssh-rsa", "!", "~", "x".repeat(64)]) expect(readSshKey(blob(type))).toEqual({ type });
    for (const type of ["x".repeat(65), "ssh rsa", "ssh-rsa\u007f", "é"]) expect(readSshKey(blob(type))).toBeNull();
    expect(readSshKey(filled(0, 3))).toBeNull();
    expect(readSshKey(concatBytes(sshString("ssh-ed25519"), sshString(filled(1, 33))))).toBeNull();
    expect(readSshKey(concatBytes(sshKeyBlob(SshKey.of(filled(1, 32))), filled(0, 1)))).toBeNull();
    expect(readSshKey(sshKeyBlob(SshKey.of(filled(1, 32))))).toEqual(filled(1, 32));
  });

  it("RULE ssh.bounded: a file that is no signature by its length alone is not read (attack A80)", () => {
    const text = file("sha512.sig").toString();
    const padded = (length: number) => utf8Bytes(text + "\n".repeat(length - text.length));
    expect(readSshsig(padded(MAX_SSHSIG_BYTES)).ok).toBe(true);
    expect(readSshsig(padded(MAX_SSHSIG_BYTES + 1)).ok).toBe(false);
  });
});

describe("files of keys", () => {
  const [plain, other] = [line("plain"), line("passphrase")];
  const bare = plain.split(" ").slice(0, 2).join(" ");
  const read = (text: string, options = {}) => {
    const { keys, skipped } = readSshKeyFile(text, options);
    return { keys: keys.map(({ comment }) => comment), skipped: skipped.map((each) => Object.values(each)) };
  };

  it("give Ed25519 keys, and say of every other line why not", () => {
    const text = [
      "  # Laptops",
      plain,
      " \t",
      `  ${other}\t`,
      line("rsa"),
      line("ecdsa"),
      line("plain-cert"),
      `cert-authority,principals="a b" ${bare}`,
      "sk-ssh-ed25519@openssh.com AAAAGnNr bob@token",
      `${bare} again`,
      "this is no key",
      "ssh-ed25519 AAAA!",
      "ssh-ed25519",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== short",
    ].join("\r\n");
    expect(read(text)).toEqual({
      keys: ["plain@example.org", "passphrase@example.org"],
      skipped: [
        [5, "key_type", "ssh-rsa"],
        [6, "key_type", "ecdsa-sha2-nistp256"],
        [7, "certificate", "ssh-ed25519-cert-v01@openssh.com"],
        [8, "certificate", "ssh-ed25519"],
        [9, "hardware", "sk-ssh-ed25519@openssh.com"],
        [10, "twice", null],
        [11, "unreadable", null],
        [12, "unreadable", "ssh-ed25519"],
        [13, "unreadable", null],
        [14, "unreadable", "ssh-ed25519"],
      ],
    });
  });

  it("A132: RULE ssh.options-told: a line with any option is left out, known here or not, unless options are to be ignored", () => {
    for (const [options, name] of [
      ["restrict", "restrict"],
      ['from="10.0.0.0/8,*.example.org"', "from"],
      ['command="echo \\"ssh-ed25519 AAAA\\""', "command"],
      ["no-pty,no-port-forwarding", "no-pty"],
      ['expiry-time="20300101"', "expiry-time"],
      ['environment="A=b c",pty', "environment"],
      ['command="/bin/backup",no-ptty', "command"],
      ['from="10.0.0.1",sk-required', "from"],
      ['command="/bin/backup";', "command"],
      ["no-pty,future-limit", "no-pty"],
      ["restrict,", "restrict"],
      ['from="a,b",no-pty', "from"],
      ['environment="A=\\",x",pty', "environment"],
      ['from="10.0.0.1"no-pty', "from"],
      ['from="10.0.0.1" namespaces="*"', "from"],
      ['tunnel="0",@x', "tunnel"],
      ['command="a,cert-authority"', "command"],
      ['command="a\\",cert-authority"', "command"],
      ["future-limit", "future-limit"],
      ['"from=10.0.0.1"', "from"],
      ['a@b.example,from="10.0.0.1"', "a@b.example"],
      ['namespaces="conclave-join-v1"', "namespaces"],
      [",", ","],
    ]) {
      expect(read(`${options!} ${plain}`)).toEqual({ keys: [], skipped: [[1, "options", name]] });
      expect(read(`${options!} ${plain}`, { ignoreOptions: true }).keys).toEqual(["plain@example.org"]);
    }
  });

  it("A132: RULE ssh.options-told: a line with a marker, or with quotes that nobody closes, is never taken", () => {
    for (const [start, reason, what] of [
      ["@revoked", "marker", "@revoked"],
      ["@cert-authority", "marker", "@cert-authority"],
      ["@revoked *.example.org", "marker", "@revoked"],
      ["@revoked a b c", "marker", "@revoked"],
      ['* cert-authority,namespaces="git"', "certificate", "ssh-ed25519"],
      ['"cert-authority"', "certificate", "ssh-ed25519"],
      ['"a@b.example', "unreadable", null],
      ['from="10.0.0.1', "unreadable", null],
      ["a@b.example restrict pty", "unreadable", null],
    ])
      for (const ignoreOptions of [false, true])
        expect(read(`${start!} ${plain}`, { ignoreOptions })).toEqual({ keys: [], skipped: [[1, reason, what]] });
  });

  it("may be allowed_signers: the people stand before the key, as addresses or patterns of some", () => {
    for (const people of ["alice@example.org", "*@example.org,!eve@example.org", "*"])
      expect(read(`${people} ${bare}`)).toEqual({ keys: [people], skipped: [] });
    expect(read(`alice@example.org ${bare} laptop`).keys).toEqual(["laptop"]);
    // A bare name may be an option of a newer OpenSSH.
    expect(read(`alice ${bare}`)).toEqual({ keys: [], skipped: [[1, "options", "alice"]] });
    expect(read(`a@b.example namespaces="git" ${bare}`).skipped).toEqual([[1, "options", "namespaces"]]);
    expect(read(`a@b.example valid-before="20300101" ${bare}`).skipped).toEqual([[1, "options", "valid-before"]]);
    expect(read(`a@b.example cert-authority ${bare}`).skipped).toEqual([[1, "certificate", "ssh-ed25519"]]);
  });

  it("nothing in them throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        readSshKeyFile(`${text} ${bare} ${text}\n"${text} ssh-ed25519`);
      }),
    );
  });
});

describe("keys", () => {
  it("are read from their blob, and have ssh-keygen's fingerprint", () => {
    const { key } = readSshKeyFile(line("plain")).keys[0]!;
    expect(sshFingerprint(crypto, key)).toBe(file("fingerprint.txt").toString());
    expect(readSshKey(sshKeyBlob(key))).toEqual(key);
    expect(readSshKey(concatBytes(sshKeyBlob(key), filled(0, 1)))).toBeNull();
    expect(readSshKey(concatBytes(sshString("ssh-ed25519"), sshString(filled(1, 33))))).toBeNull();
    expect(readSshKey(fromHex("ffffffff00"))).toBeNull();
  });

  it("have comments that can neither hide nor reorder what is around them", () => {
    expect(plainComment("bob@laptop")).toBe("bob@laptop");
    expect(plainComment(" \u202ebob\u0000  the second\u200b ")).toBe("bob  the second");
    expect(plainComment("\u0001")).toBe("");
    expect(utf8Bytes(plainComment("ä".repeat(99))).length).toBe(64);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(isComment(plainComment(text))).toBe(true);
      }),
    );
    expect([isComment(""), isComment("x".repeat(64)), isComment("x".repeat(65)), isComment(" x")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

/** A signature's bytes with another namespace in them. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const [was, now] = [sshString(from), sshString(to)];
  const at = toHex(bytes).indexOf(toHex(was)) / 2;
  return concatBytes(bytes.slice(0, at), now, bytes.slice(at + was.length));
}
