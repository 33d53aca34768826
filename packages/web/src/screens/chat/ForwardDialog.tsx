import type { TimelineMessage } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { Search } from "lucide-preact";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { go } from "../../app/route.js";
import { Dialog } from "../../design/Dialog.js";
import { Field } from "../../design/Field.js";
import { ListRow } from "../../design/ListRow.js";
import { RoomPicture } from "../../design/RoomPicture.js";
import { toast } from "../../design/Toast.js";
import { roomList } from "../../model/home.js";
import { hasWords } from "../../words/matching.js";
import { useChat } from "./chatContext.js";
import { canForward, forward } from "./forwarding.js";
import style from "./ForwardDialog.module.css";
import { t } from "./selectionWords.js";
import { whyNotWriting } from "./whyNotWriting.js";

export interface ForwardDialogProps {
  readonly messages: readonly TimelineMessage[];
  /** A room was chosen, or nothing. */
  readonly onClose: (isChosen: boolean) => void;
}

/** To which room messages go: a field to find it, and Enter takes the first. */
export function ForwardDialog({ messages, onClose }: ForwardDialogProps): JSX.Element {
  const { downloads } = useChat();
  const [query, ask] = useState("");
  const open = roomList.value.filter(({ status }) => whyNotWriting(status) === null);
  const found = open.filter(({ title }) => hasWords(title, query));
  const choose = ({ key, title }: RoomSummary) => {
    onClose(true);
    const room = plainName(title);
    void forward(messages.filter(canForward), downloads, key).then((isWhole) =>
      toast(
        isWhole
          ? {
              text: t.forwarded({ room }),
              action: { text: t.show, run: () => go({ at: "room", key, panel: null, item: null }) },
            }
          : { text: t.notForwarded, tone: "danger" },
      ),
    );
  };
  return (
    <Dialog open title={t.forwardTitle} onClose={() => onClose(false)}>
      <Field
        label={t.findRoom}
        labelHidden
        type="search"
        value={query}
        placeholder={t.findRoom}
        autofocus
        onInput={ask}
        onEnter={() => found[0] && choose(found[0])}
        before={<Search size={18} aria-hidden="true" />}
      />
      <ul role="list" class={style["rooms"]}>
        {found.map((room) => (
          <li key={room.key}>
            <ListRow
              picture={<RoomPicture name={plainName(room.title)} room={room.key} size={40} />}
              title={<bdi>{plainName(room.title)}</bdi>}
              onClick={() => choose(room)}
            />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p role="status">{t.noRoom}</p>}
    </Dialog>
  );
}
