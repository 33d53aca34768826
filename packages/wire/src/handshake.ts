import type { FrameCodec } from "./frameCodec.js";
import { readId, writeId } from "./field.js";
import { readLimits, writeLimits, type Limits } from "./limits.js";

/** The protocol versions this package speaks, best first. What came before 4 hashed records in another way. */
export const VERSIONS: readonly number[] = [4];

/** The first frame of a connection. Requests may follow in the same message when they need no proof. */
export interface Hello {
  readonly type: "hello";
  /** What the client speaks, best first; at most 16. */
  readonly versions: readonly number[];
}

/** The relay's answer to `hello`: always its first frame. */
export interface Welcome {
  readonly type: "welcome";
  readonly version: number;
  /** 32 fresh random bytes: every proof on this connection is bound to them. */
  readonly challenge: Uint8Array;
  /** The relay's Ed25519 public key. The room's charter, not this field, says which key a client trusts for receipts. */
  readonly relayKey: Uint8Array;
  readonly limits: Limits;
}

/** The version to speak: the first of ours that the other side offers, or null. */
export function chooseVersion(offered: readonly number[]): number | null {
  return VERSIONS.find((version) => offered.includes(version)) ?? null;
}

export const helloCodec: FrameCodec<Hello> = {
  number: 1,
  write: (writer, frame) => writer.vector(frame.versions, (w, version) => w.u16(version)),
  read: (reader) => ({ type: "hello", versions: reader.vector((r) => r.u16("version"), 16, "versions") }),
};

export const welcomeCodec: FrameCodec<Welcome> = {
  number: 128,
  write: (writer, frame) => {
    writer.u16(frame.version);
    writeId(writer, frame.challenge);
    writeId(writer, frame.relayKey);
    writeLimits(writer, frame.limits);
  },
  read: (reader) => ({
    type: "welcome",
    version: reader.u16("version"),
    challenge: readId(reader, "challenge"),
    relayKey: readId(reader, "relay key"),
    limits: readLimits(reader),
  }),
};
