import { createHash } from "node:crypto";
import {
  type AppendRequest,
  decodeClientMessage,
  DEFAULT_LIMITS,
  encodeClientMessage,
  firstLogHead,
  nextLogHead,
  recordHash,
  RoomTag,
  VERSIONS,
} from "@conclave/wire";

const roomTag = RoomTag.of(new Uint8Array(32).fill(1));
const append: AppendRequest = {
  type: "append",
  id: 7,
  roomTag,
  appendId: new Uint8Array(16),
  kind: "message",
  epoch: 3,
  lastCommit: 12,
  payload: new TextEncoder().encode("a sealed envelope"),
  attachment: new Uint8Array(),
  ground: { by: "member" },
  nextWriteKey: null,
  deliveries: [],
  slots: [],
};

// A client sends a list of frames in one WebSocket message.
const message = encodeClientMessage([{ type: "hello", versions: VERSIONS }, append]);
const read = decodeClientMessage(message, DEFAULT_LIMITS);
if (read.ok) console.log("frames:", read.value.map(({ type }) => type).join(", "));
const cut = decodeClientMessage(message.subarray(0, -1), DEFAULT_LIMITS);
if (!cut.ok) console.log("cut short:", cut.error.fault);

// Both sides hash the log of a room, from its beginning to the newest record.
const sha256 = (data: Uint8Array) => new Uint8Array(createHash("sha256").update(data).digest());
const head = nextLogHead(
  sha256,
  firstLogHead(sha256, roomTag),
  recordHash(sha256, roomTag, append),
);
console.log("log head 1:", Buffer.from(head).toString("hex").slice(0, 16));
