import type { NamedPerson, RoomMember, TimelineMessage } from "@conclave/client";
import { looksAlike, type Mentionable, type MessageId } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Downloads } from "../../model/transfers.js";
import type { Selection } from "./selection.js";

/** Who is in the room, as lines of a conversation need it. */
export interface People extends Mentionable {
  readonly members: readonly RoomMember[];
  readonly you: RoomMember | null;
  /** Somebody else in the room has a name that looks the same. */
  readonly isLookalike: (person: NamedPerson) => boolean;
}

export function peopleOf(members: readonly RoomMember[]): People {
  const you = members.find(({ isYou }) => isYou) ?? null;
  const known = new Map(members.map((member) => [toHex(member.person), member.isLookalike]));
  return {
    members,
    you,
    names: members.map(({ name }) => name),
    ownName: you?.name ?? null,
    isLookalike({ person, name }) {
      const key = toHex(person);
      let alike = known.get(key);
      if (alike === undefined) {
        // Somebody who is gone: their lines are still here.
        alike = members.some((other) => looksAlike(other.name, name));
        known.set(key, alike);
      }
      return alike;
    },
  };
}

/** What lines of the conversation can ask of the screen. */
export interface Chat {
  readonly key: RoomKey;
  readonly people: People;
  /** Whether anything can be sent: actions are offered only then. */
  readonly canWrite: boolean;
  readonly downloads: Downloads;
  readonly reply: (message: TimelineMessage) => void;
  readonly edit: (message: TimelineMessage) => void;
  readonly takeBack: (message: TimelineMessage) => void;
  readonly react: (message: TimelineMessage, emoji: string) => void;
  /** The messages that the person has selected. */
  readonly selection: Selection;
  /** Asks for a room, and sends them there too. */
  readonly forward: (messages: readonly TimelineMessage[]) => void;
  readonly copyLink: (message: TimelineMessage) => void;
  /** Asks, and deletes it from this device alone. */
  readonly forget: (message: TimelineMessage) => void;
  /** Scrolls to a message, wherever it is, and marks it for a moment. */
  readonly jumpTo: (id: MessageId) => void;
}

const ChatContext = createContext<Chat | null>(null);
export const ChatProvider = ChatContext.Provider;

/** The conversation that a line is part of. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error("outside of a conversation");
  return chat;
}
