import type { Result } from "@conclave/codec";
import type { TimelineMessage, Problem } from "@conclave/client";
import type { MessageId } from "@conclave/client/pure";
import type { RoomKey, RoomSummary } from "@conclave/client/rpc";
import { useMemo, useRef } from "preact/hooks";
import { askToConfirm } from "../../design/Confirm.js";
import { toast } from "../../design/Toast.js";
import type { Conversation } from "../../model/conversation.js";
import { home } from "../../model/home.js";
import type { Downloads } from "../../model/transfers.js";
import { sayProblem } from "../../words/problem.js";
import type { Chat, People } from "./chatContext.js";
import type { Composition } from "./composition.js";
import type { Selection } from "./selection.js";
import type { Attachments } from "./files/attachments.js";
import { noteEmoji } from "./emoji.js";
import { t } from "./words.js";

interface ActionParts {
  readonly room: RoomSummary;
  readonly people: People;
  readonly composition: Composition;
  readonly conversation: Conversation;
  readonly canWrite: boolean;
  readonly attachments: Attachments;
  readonly downloads: Downloads;
  readonly selection: Selection;
  readonly onForward: (messages: readonly TimelineMessage[]) => void;
}

/** How long those who decide have to answer while a person waits to send (ms). */
const ANSWER_MS = 8_000;

/** A person is asked before they send: nobody who decides has confirmed the list for too long (attack A20). */
function isOld({ status }: RoomSummary): boolean {
  return status.freshness.state === "stale" || status.freshness.state === "expired";
}

/** Asks those who decide, and tells what came of it. */
async function isAnswered(key: RoomKey): Promise<boolean> {
  const checked = await home().room(key).checkNow(ANSWER_MS);
  const isConfirmed = checked.ok && checked.value.isConfirmed;
  toast(isConfirmed ? t.answered : t.unanswered);
  return isConfirmed;
}

/** What can be done in a conversation. */
export interface Actions extends Chat {
  send(): Promise<void>;
  /** Changes the last own message. */
  editLast(): void;
}

/** The same object as long as nothing that lines show has changed: else every line would be drawn again. */
export function useActions(parts: ActionParts): Actions {
  const { room, people, composition, conversation, canWrite, attachments, downloads, selection, onForward } = parts;
  const latest = useRef(room);
  latest.current = room;
  /** The person was asked about the stale list, and goes on. */
  const goesOn = useRef(false);
  // Confirmed again, and old again later, is another question.
  if (!isOld(room)) goesOn.current = false;
  return useMemo<Actions>(() => {
    const calls = () => home().room(room.key);
    const takeBack = async (message: TimelineMessage) => {
      const isOwn = message.author.isYou;
      // By the keyboard it is asked for without a menu.
      if (!isOwn && !(await calls().mayRemove(message.author.person))) return;
      const isSure = await askToConfirm({
        title: isOwn ? t.takeBackTitle : t.removeTitle,
        body: isOwn ? t.takeBackText : t.removeText,
        yes: isOwn ? t.takeBack : t.removeTheirs,
        danger: true,
      });
      if (isSure) report(await calls().remove(message.id));
    };
    const react = async (message: TimelineMessage, emoji: string) => {
      noteEmoji(emoji);
      report(await calls().react(message.id, emoji));
    };
    const jumpTo = async (id: MessageId) => {
      const found = await calls().find(id);
      if (found && found.n > 0) await conversation.toPlace(found.n);
    };
    return {
      key: room.key,
      people,
      canWrite,
      downloads,
      reply: (message) => composition.reply(message),
      edit: (message) => composition.edit(message),
      takeBack: (message) => void takeBack(message),
      react: (message, emoji) => void react(message, emoji),
      selection,
      forward: onForward,
      copyLink: (message) =>
        void import("./tidying.js").then(({ copyMessageLink }) => copyMessageLink(room.key, message), lost),
      forget: (message) =>
        void import("./tidying.js").then(({ askToForget }) => askToForget(room.key, [message]), lost),
      jumpTo: (id) => void jumpTo(id),
      async send() {
        const hasFiles = attachments.hasChosen && composition.mode.value.kind !== "edit";
        if ((composition.isEmpty.value && !hasFiles) || composition.excess.value > 0) return;
        if (isOld(latest.current) && !goesOn.current) {
          goesOn.current = await askToConfirm({
            ...{ title: t.staleTitle, body: t.staleText, yes: t.sendAnyway, no: t.askNow },
          });
          if (!goesOn.current && !(await isAnswered(room.key))) return;
        }
        const isNew = composition.mode.value.kind !== "edit";
        if (hasFiles) {
          if (!(await attachments.mayGo())) return;
          const { text, ref } = composition.take();
          await Promise.all([attachments.send(text, ref), conversation.toNewest()]);
          return;
        }
        await composition.send();
        if (isNew) await conversation.toNewest();
      },
      editLast() {
        const own = conversation.items.value.findLast((item) => item.kind === "message" && isEditable(item.message));
        if (own?.kind === "message") composition.edit(own.message);
      },
    };
  }, [room.key, people, canWrite, composition, conversation, attachments, downloads, selection]);
}

function isEditable({ author, deleted, kind }: TimelineMessage): boolean {
  return author.isYou && deleted === null && kind === "text";
}

// What is fetched when it is needed did not come.
function lost(): void {
  toast({ text: sayProblem({ kind: "unreachable" }), tone: "danger" });
}

function report(result: Result<unknown, Problem>): void {
  if (!result.ok) toast({ text: sayProblem(result.error), tone: "danger" });
}
