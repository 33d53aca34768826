import { connect } from "node:net";
import { decode } from "@conclave/codec";
import { readSshKey, readSshRawSignature, type SshKey, sshKeyBlob } from "@conclave/protocol";

// The agent's protocol (draft-ietf-sshm-ssh-agent): a length, a number, and what belongs to it.
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
/** Longer answers are not read: an agent with so many keys is none. */
const MAX_ANSWER_BYTES = 256 * 1024;
/** The person may be asked to confirm (ms). */
const PATIENCE_MS = 120_000;

/** An Ed25519 key that an agent holds. */
export interface AgentKey {
  readonly key: SshKey;
  readonly comment: string;
}

/** The Ed25519 keys that the agent behind this socket holds; certificates, tokens and other types are passed over. @throws Error */
export async function agentKeys(socket: string): Promise<readonly AgentKey[]> {
  const answer = await ask(socket, Buffer.from([REQUEST_IDENTITIES]), IDENTITIES_ANSWER);
  const decoded = decode(answer, (reader) =>
    Array.from({ length: Math.min(reader.u32(), MAX_ANSWER_BYTES) }, () => ({
      blob: reader.fixed(reader.u32()),
      comment: new TextDecoder().decode(reader.fixed(reader.u32())),
    })),
  );
  if (!decoded.ok) throw new Error("the agent's answer cannot be read");
  return decoded.value.flatMap(({ blob, comment }) => {
    const key = readSshKey(blob);
    return key === null || "type" in key ? [] : [{ key, comment }];
  });
}

/** The agent's signature of these bytes with one of its keys: 64 bytes. @throws Error when it declines */
export async function agentSignature(socket: string, key: SshKey, data: Uint8Array): Promise<Uint8Array> {
  const request = Buffer.concat([Buffer.from([SIGN_REQUEST]), string(sshKeyBlob(key)), string(data), Buffer.alloc(4)]);
  const answer = await ask(socket, request, SIGN_RESPONSE);
  const decoded = decode(answer, (reader) => reader.fixed(reader.u32()));
  const signature = decoded.ok ? readSshRawSignature(decoded.value) : null;
  if (signature === null) throw new Error("the agent's signature cannot be read");
  return signature;
}

/** One question and its answer, without the answer's number. */
function ask(path: string, request: Uint8Array, expected: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let got = Buffer.alloc(0);
    const end = (error: Error | null) => {
      socket.destroy();
      if (error) reject(error);
    };
    socket.setTimeout(PATIENCE_MS, () => end(new Error("the agent does not answer")));
    socket.on("error", end);
    socket.on("close", () => reject(new Error("the agent hung up")));
    socket.on("data", (bytes) => {
      got = Buffer.concat([got, bytes]);
      if (got.length < 4) return;
      const length = got.readUInt32BE(0);
      if (length < 1 || length > MAX_ANSWER_BYTES) end(new Error("the agent's answer cannot be read"));
      else if (got.length >= 4 + length) {
        if (got[4] === expected) resolve(got.subarray(5, 4 + length));
        end(got[4] === expected ? null : new Error("the agent declined"));
      }
    });
    socket.write(string(request));
  });
}

function string(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
