import type { TimelineMessage } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomKey, RoomSummary } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useShortcutNotes } from "../../app/shortcuts.js";
import { lazy } from "../../frame/Lazy.js";
import { pageTitle } from "../../frame/title.js";
import { Conversation } from "../../model/conversation.js";
import { rooms } from "../../model/home.js";
import { isInFront } from "../../model/looking.js";
import { Downloads } from "../../model/transfers.js";
import { useRoomDetail } from "../../model/roomPanels.js";
import { withRoomHue } from "../../design/hues.js";
import { CopyField } from "../../design/CopyField.js";
import { AlarmBanner } from "../alarms/AlarmBanner.js";
import { OpenRoom } from "../proposals/openRoom.js";
import { RecoveryBanner } from "../recovery/RecoveryBanner.js";
import { OfflineBanner } from "../room/OfflineBanner.js";
import { may } from "../room/may.js";
import { RoomHeader } from "../room/RoomHeader.js";
import { ChatProvider, peopleOf } from "./chatContext.js";
import style from "./ChatScreen.module.css";
import { Composer } from "./Composer.js";
import composerStyle from "./Composer.module.css";
import { Composition } from "./composition.js";
import { Selection } from "./selection.js";
import { useLinkedMessage } from "./useLinkedMessage.js";
import type { MenuPlace } from "./menuPlace.js";
import { Greetings } from "./Greetings.js";
import { MessageList } from "./MessageList.js";
import { attachmentsOf } from "./files/attachments.js";
import { LeavingNotice } from "./LeavingNotice.js";
import { FORMAT_KEYS, type Format } from "./formatting.js";
import { GoneNotice } from "./GoneNotice.js";
import { DropTarget } from "./files/DropTarget.js";
import { goWhere } from "./place.js";
import { useActions } from "./useActions.js";
import { whyNotWriting } from "./whyNotWriting.js";
import { t } from "./words.js";

const ForwardDialog = lazy(() => import("./ForwardDialog.js").then((module) => module.ForwardDialog));
const MessageMenu = lazy(() => import("./MessageMenu.js").then((module) => module.MessageMenu));
const SelectionBar = lazy(() => import("./SelectionBar.js").then((module) => module.SelectionBar));

/** Unread messages from which one begins at the first of them, not at the end. */
const MUCH = 20;

/** The conversation of a room. */
export function ChatScreen({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element | null {
  const room = rooms.value.get(roomKey);
  // Another room is another screen: nothing of one shows in the other.
  return room ? <OpenChat key={roomKey} room={room} /> : null;
}

function OpenChat({ room }: { readonly room: RoomSummary }): JSX.Element {
  const { key, status } = room;
  const detail = useRoomDetail(key).value;
  const firstUnread = useLeftOff(status.firstUnread);
  const conversation = useMemo(() => new Conversation(key, status.unread > MUCH ? firstUnread : null), [key]);
  const composition = useMemo(() => new Composition(key), [key]);
  const attachments = useMemo(() => attachmentsOf(key), [key]);
  const downloads = useMemo(() => new Downloads(key), [key]);
  const people = useMemo(() => peopleOf(detail?.members ?? []), [detail?.members]);
  const [menu, open] = useState<{ message: TimelineMessage; at: MenuPlace; lifts: HTMLElement | null } | null>(null);
  const selection = useMemo(() => new Selection(), [key]);
  const [passed, pass] = useState<readonly TimelineMessage[] | null>(null);
  const whyNot = whyNotWriting(status);
  const chat = useActions({
    room,
    people,
    composition,
    conversation,
    attachments,
    downloads,
    canWrite: whyNot === null,
    selection,
    onForward: pass,
  });

  useShortcutNotes([
    { keys: "enter", label: t.keySend },
    { keys: "shift+enter", label: t.keyNewLine },
    ...Object.entries(FORMAT_KEYS).map(([format, keys]) => ({ keys, label: t[format as Format] })),
    { keys: "arrowup", label: t.keyEditLast },
    { keys: "escape", label: t.keyStop },
    { keys: "arrowup+arrowdown", label: t.keyMessages },
    { keys: "enter", label: t.keyMenu },
    { keys: "r", label: t.keyReply },
    { keys: "e", label: t.keyEdit },
    { keys: "f", label: t.keyForward },
    { keys: "space", label: t.keySelect },
    { keys: "delete", label: t.keyDelete },
    { keys: "shift+delete", label: t.keyForget },
    { keys: "end", label: t.keyEnd },
  ]);
  useEffect(() => {
    const save = () => composition.save();
    addEventListener("pagehide", save);
    return () => {
      removeEventListener("pagehide", save);
      save();
      conversation.close();
      downloads.close();
    };
  }, [key]);
  useEffect(() => {
    pageTitle.value = plainName(room.title);
    return () => {
      pageTitle.value = "";
    };
  }, [room.title]);
  useEffect(() => {
    const wanted = goWhere.value;
    if (wanted?.key !== key) return;
    goWhere.value = null;
    void conversation.toPlace(wanted.n);
  }, [goWhere.value]);
  useLinkedMessage(key, conversation);

  return (
    <ChatProvider value={chat}>
      <div class={style["chat"]} {...withRoomHue(key)}>
        <RoomHeader room={room} detail={detail} />
        <AlarmBanner room={room} />
        <OfflineBanner room={room} />
        <RecoveryBanner room={room} detail={detail} />
        <OpenRoom.Provider value={detail}>
          <MessageList
            conversation={conversation}
            room={room}
            firstUnread={firstUnread}
            mayInvite={may(detail, "invite")}
            held={menu?.message.id ?? null}
            onMenu={(message, at) => open({ message, at, lifts: bubbleOf(message) })}
          />
        </OpenRoom.Provider>
        {whyNot === null && !selection.isOn && (
          <Greetings conversation={conversation} composition={composition} onSend={() => void chat.send()} />
        )}
        {selection.isOn ? (
          <SelectionBar />
        ) : whyNot === null ? (
          <Composer
            composition={composition}
            title={plainName(room.title)}
            onSend={() => void chat.send()}
            onEditLast={() => chat.editLast()}
            attachments={attachments}
          />
        ) : (
          <div class={composerStyle["notice"]}>
            {status.standing === "removed" && status.ending?.by ? (
              <GoneNotice room={room} ending={status.ending} />
            ) : (
              <p>{whyNot}</p>
            )}
            {status.standing === "member" && status.isLeaving && <LeavingNotice roomKey={key} />}
            {!composition.isEmpty.value && <CopyField label={t.unsent} value={composition.text.value} />}
          </div>
        )}
        {whyNot === null && <DropTarget attachments={attachments} />}
        {menu && <MessageMenu {...menu} onClose={() => open(null)} />}
        {passed && (
          <ForwardDialog
            messages={passed}
            onClose={(isChosen) => {
              pass(null);
              if (isChosen) selection.stop();
            }}
          />
        )}
      </div>
    </ChatProvider>
  );
}

/** The bubble of a message, where it can be seen. */
function bubbleOf({ id }: TimelineMessage): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[role="log"] [data-id="${toHex(id)}"] [data-bubble]`);
}

/** Where "new messages" stands: where one left off before the room was opened, or before one came back to the page. */
function useLeftOff(firstUnread: number | null): number | null {
  const [leftOff, mark] = useState(firstUnread);
  const latest = useRef(firstUnread);
  latest.current = firstUnread;
  useEffect(() => {
    const back = () => {
      if (isInFront() && latest.current !== null) mark(latest.current);
    };
    addEventListener("focus", back);
    document.addEventListener("visibilitychange", back);
    return () => {
      removeEventListener("focus", back);
      document.removeEventListener("visibilitychange", back);
    };
  }, []);
  return leftOff;
}
