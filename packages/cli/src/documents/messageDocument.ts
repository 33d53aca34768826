import type { TimelineMessage } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { fileOf, messageNote, messageText, quoteText, viaOf } from "../session/messageText.js";
import { type PersonDocument, personDocument } from "./personDocument.js";

/** A message. `sent`: it is in the room's log. `pending`: it is stored here and will be sent. */
export interface MessageDocument {
  readonly id: string;
  /** Place in the room's log; 0 while it is not in it. */
  readonly n: number;
  readonly time: number;
  readonly author: PersonDocument;
  readonly kind: string;
  /** The outside party that says it, through its author's gateway and by their word alone; else null. */
  readonly via: { readonly party: string; readonly label: string } | null;
  /** The file that it brings, or null. */
  readonly file: SharedFileDocument | null;
  /** As it reads now; empty if it was deleted. */
  readonly text: string;
  readonly state: "sent" | "pending";
  readonly isEdited: boolean;
  /** Who deleted it: its author, or an admin or owner. */
  readonly deletedBy: PersonDocument | null;
  /** It was written before a change of the room that was known when it arrived. */
  readonly isLate: boolean;
  /** Its author was no longer in the room when it arrived. */
  readonly isAuthorGone: boolean;
  /** The same for people, or null. */
  readonly note: string | null;
  /** The beginning of the message that it answers, or null. */
  readonly answers: { readonly id: string; readonly author: PersonDocument; readonly text: string } | null;
  readonly reactions: readonly { readonly emoji: string; readonly by: readonly PersonDocument[] }[];
  /** It names you with an @. */
  readonly mentionsYou: boolean;
}

/** A file of a room, as its author describes it. */
export interface SharedFileDocument {
  readonly name: string;
  /** Empty when its author did not say. */
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
}

/** As it is now: with its newest text, or with none if it was deleted. */
export function messageDocument(message: TimelineMessage): MessageDocument {
  const { id, author, time, n, state, kind, edited, deleted, answers, reactions } = message;
  const [card, via] = [fileOf(message), viaOf(message)];
  return {
    id: toHex(id),
    n,
    time,
    author: personDocument(author),
    kind,
    via: via && { party: toHex(via.party), label: via.label },
    // Never with its key: what is printed here is what anybody may read over a shoulder.
    file: card && { name: card.name, mediaType: card.mediaType, size: card.size },
    text: messageText(message),
    state,
    isEdited: edited !== null && deleted === null,
    deletedBy: deleted && personDocument(deleted.by),
    isLate: message.late,
    isAuthorGone: message.authorGone,
    note: messageNote(message),
    answers: answers && {
      id: toHex(answers.id),
      author: personDocument(answers.author),
      text: quoteText(answers),
    },
    reactions: reactions.map(({ emoji, people }) => ({ emoji, by: people.map(personDocument) })),
    mentionsYou: message.mentionsYou,
  };
}
