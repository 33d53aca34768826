import { equalBytes, utf8Bytes, done, failed, type Result } from "@conclave/codec";
import { type MessageId, newMessageNonce, type PersonId } from "@conclave/protocol";
import type { RoomEngine } from "./roomEngine.js";
import type { Problem } from "../api/problem.js";
import type { TimelineMessage } from "../api/timeline.js";
import type { Transaction } from "../store/transaction.js";
import { amend } from "../store/amendment.js";
import type { Amended } from "../timeline/messageView.js";
import { queuedContent } from "../store/outbox.js";
import { isReaction } from "../store/reaction.js";

const MAX_TEXT_BYTES = 60 * 1024;
const NOT_ALLOWED: Problem = { kind: "refused", rejection: { code: "not_allowed" } };

/** What a person wants to do to a message. */
export type Wanted =
  | { readonly do: "edit"; readonly text: string }
  | { readonly do: "remove" }
  | { readonly do: "react"; readonly emoji: string | null };

/** Does something to a message: durable here, and shown, at once; sent in its turn. What would not count is not sent. */
export async function act(
  engine: RoomEngine,
  id: MessageId,
  wanted: Wanted,
): Promise<Result<TimelineMessage, Problem>> {
  const { state } = engine;
  const acted = await state.transact((tx) => put(engine, tx, id, wanted));
  engine.sender.advance();
  return acted.ok ? acted.value : acted;
}

async function put(
  engine: RoomEngine,
  tx: Transaction,
  id: MessageId,
  wanted: Wanted,
): Promise<Result<TimelineMessage, Problem>> {
  const { state, sender } = engine;
  const target = await state.conversation.amended(id);
  if (!target || target.amendment.deletion) return failed({ kind: "unknown" });
  const isOwn = equalBytes(target.message.author, state.person);
  const content = contentOf(wanted, isOwn);
  if (!content) return failed({ kind: "malformed", what: "body" });
  const isNothing = wanted.do === "react" && wanted.emoji === null && !hasOwnReaction(target, state.person);
  if (isNothing) return done((await state.conversation.find(id))!);
  const time = state.now();
  const tried = { ...content, author: state.person, time, n: 0, authorGone: false };
  const after = amend(target.amendment, target.message, tried, state.room?.roster ?? null);
  if (!after) return failed(NOT_ALLOWED);
  const entry = state.outbox.find(id);
  if (after.deletion && entry?.sealed === null) {
    // It was never encrypted, so it cannot be anywhere else: it is not sent at all.
    for (const other of state.outbox.acts) {
      if (other.content.ref && equalBytes(other.content.ref, id)) state.outbox.remove(tx, other);
    }
    state.outbox.remove(tx, entry);
    const message = await state.conversation.withdrawn({ ...target, amendment: after });
    state.emit(tx, { type: "amended", message });
    return done(message);
  }
  const said = { ...content, nonce: newMessageNonce(state.ports.random), ref: id };
  sender.add(tx, queuedContent(state.ports.crypto, state.person, said), time);
  return done((await state.conversation.tell(tx, id))!);
}

function contentOf(wanted: Wanted, isOwn: boolean): { readonly kind: string; readonly body: Uint8Array } | null {
  switch (wanted.do) {
    case "edit": {
      const body = utf8Bytes(wanted.text);
      return body.length === 0 || body.length > MAX_TEXT_BYTES ? null : { kind: "edit", body };
    }
    case "remove":
      return { kind: isOwn ? "delete" : "remove", body: new Uint8Array(0) };
    case "react": {
      const { emoji } = wanted;
      if (emoji === null) return { kind: "reaction", body: new Uint8Array(0) };
      return isReaction(emoji) ? { kind: "reaction", body: utf8Bytes(emoji) } : null;
    }
  }
}

function hasOwnReaction({ amendment }: Amended, person: PersonId): boolean {
  return amendment.reactions.some(({ people }) => people.some((each) => equalBytes(each, person)));
}
