import type { Problem } from "../api/problem.js";
import { utf8Bytes, done, failed, type Result } from "@conclave/codec";
import { MAX_FILE_BYTES, type NewContent, newMessageNonce, ProtocolKind } from "@conclave/protocol";
import type { AttachOptions, OutgoingFile } from "../api/fileTransfer.js";
import type { NewMessage } from "../api/roomSession.js";
import type { TimelineMessage } from "../api/timeline.js";
import { isAmendment } from "../store/amendment.js";
import { queuedContent } from "../store/outbox.js";
import { recordWrites } from "../store/homeRecords.js";
import type { Transaction } from "../store/transaction.js";
import { messageLine } from "../timeline/timelineView.js";
import type { RoomEngine } from "./roomEngine.js";

const MAX_BODY_BYTES = 60 * 1024;
const MAX_KIND_BYTES = 32;

/** Sends a message of any kind: durable here, and shown, at once; sent in its turn. Its records are kept with it. */
export async function post(
  engine: RoomEngine,
  { nonce = newMessageNonce(engine.state.ports.random), kind, ref = null, body, records = [] }: NewMessage,
): Promise<Result<TimelineMessage, Problem>> {
  const kindLength = utf8Bytes(kind).length;
  if (body.length > MAX_BODY_BYTES || kindLength === 0 || kindLength > MAX_KIND_BYTES || nonce.length !== 16) {
    return failed({ kind: "malformed", what: "body" });
  }
  const writes = recordWrites(records);
  return put(engine, { nonce, kind, ref, body }, (tx) => tx.writes.push(...writes));
}

/** Uploads a file, then sends the message that carries its card. `limit`: the largest file that the relay takes, where known. */
export function attach(
  engine: RoomEngine,
  file: OutgoingFile,
  options: AttachOptions,
  limit: number | null,
): Promise<Result<TimelineMessage, Problem>> {
  // What is no size of a file is malformed, not too large.
  if (limit !== null && file.size > limit && file.size <= MAX_FILE_BYTES) {
    return Promise.resolve(failed({ kind: "relay", error: "too_large", retryAfter: 0 }));
  }
  return engine.uploads.attach(file, options, (body, ref, also) =>
    put(engine, { nonce: newMessageNonce(engine.state.ports.random), kind: ProtocolKind.file, ref, body }, also),
  );
}

/** Puts a message that fits into the outbox; `also` is kept with it, or neither is. */
async function put(
  { state, sender }: RoomEngine,
  said: NewContent,
  also: (tx: Transaction) => void,
): Promise<Result<TimelineMessage, Problem>> {
  const { kind, ref } = said;
  const { conversation } = state;
  const content = queuedContent(state.ports.crypto, state.person, said);
  const posted = await state.transact(async (tx) => {
    const known = await conversation.find(content.id);
    if (known) return known;
    const isAct = isAmendment(kind);
    if (isAct && !(ref && (await conversation.find(ref)))) return null;
    const entry = sender.add(tx, content, state.now());
    also(tx);
    if (isAct) return conversation.tell(tx, ref!);
    const message = await conversation.pending(entry);
    state.emit(tx, { type: "item", item: messageLine(message) });
    return message;
  });
  sender.advance();
  if (!posted.ok) return posted;
  return posted.value ? done(posted.value) : failed({ kind: "unknown" });
}
