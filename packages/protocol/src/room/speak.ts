import { toHex, done, type Result } from "@conclave/codec";
import { recordHash } from "@conclave/wire";
import { joinDeltas } from "../encoding/delta.js";
import type { MessageNonce } from "../encoding/ids.js";
import { checkedHolder } from "../identity/leafCert.js";
import {
  type Message,
  type MessageContent,
  messageIdOf,
  type NewContent,
  newMessageNonce,
} from "../message/message.js";
import { encodePayload, MAX_BODY_BYTES, PayloadFlag } from "../message/payload.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { memberOf } from "../roster/roster.js";
import { ROOM_VERSION } from "../roster/version.js";
import { sealEnvelope } from "../transport/envelope.js";
import { envelopeKeyOf } from "./keyring.js";
import type { Append, OutgoingMessage } from "./outcome.js";
import { epochOf, groupDelta, ownKey, type RoomParts } from "./parts.js";
import { whyStopped } from "./whyStopped.js";

/** Encrypts a message for the present epoch, unless nothing is sent now. `nonce` where it has one already. */
export function sayInRoom(
  parts: RoomParts,
  content: Omit<NewContent, "nonce"> & { readonly nonce?: MessageNonce },
  now: number,
): Result<OutgoingMessage, Rejection> {
  const halted = whyStopped(parts);
  const nonce = content.nonce ?? newMessageNonce(parts.primitives.random);
  return halted ?? speak(parts, { ...content, nonce }, now);
}

/** Encrypts a message for the present epoch. The delta has to be stored before the append is sent: its key is used up. */
export function speak(parts: RoomParts, content: NewContent, time: number): Result<OutgoingMessage, Rejection> {
  const { primitives, roomTag, keys, core, roster, log, group } = parts;
  const { crypto, random } = primitives;
  if (content.body.length > MAX_BODY_BYTES) return refused("too_large", "body");
  const epoch = epochOf(parts);
  const payload = encodePayload({
    ...{ ...content, time, log: log.place, roster: { seq: roster.seq, head: roster.head } },
    ...{ flags: isIdle(parts) ? PayloadFlag.idle : 0, ttl: 0, knows: ROOM_VERSION },
  });
  const { message, delta } = group.encrypt(payload);
  const append: Append = {
    roomTag,
    appendId: random(16),
    kind: "message",
    epoch,
    lastCommit: core.lastCommit,
    payload: sealEnvelope(crypto, envelopeKeyOf(keys, epoch)!, { roomTag, epoch }, message),
    attachment: new Uint8Array(0),
    ground: { by: "member" },
    nextWriteKey: null,
    deliveries: [],
    slots: [],
  };
  const hash = recordHash((data) => crypto.hash("sha256", data), roomTag, append);
  const { nonce, ...said } = content;
  const id = messageIdOf(crypto, core.person, nonce);
  parts.own.set(toHex(hash), id);
  const stored = { put: [[ownKey(hash), id]] as const, delete: [] };
  return done({
    message: ownMessage(parts, { ...said, id }, time, epoch),
    nonce,
    append,
    delta: joinDeltas(groupDelta(parts, delta), stored),
  });
}

// RULE: message.idle: who says so has no commit on its way, and none that the relay could still bring into the log.
function isIdle({ pending, withdrawn }: RoomParts): boolean {
  return pending === null && withdrawn.length === 0;
}

function ownMessage({ core, group, roster }: RoomParts, content: MessageContent, time: number, epoch: number): Message {
  const { credential } = group.view.leaf(group.ownLeafIndex)!;
  const name = credential.type === "basic" ? (checkedHolder(credential.identity)?.name ?? "") : "";
  const authorGone = memberOf(roster, core.person) === null;
  return { ...content, author: core.person, leaf: core.leaf, name, time, n: 0, epoch, late: false, authorGone };
}
