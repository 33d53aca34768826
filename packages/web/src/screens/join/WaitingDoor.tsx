import { plainName } from "@conclave/client/pure";
import type { DoorView, RoomKey, RoomSummary } from "@conclave/client/rpc";
import { explainedSentence } from "@conclave/words";
import { acts } from "@conclave/words/acts";
import { explained } from "@conclave/words/explained";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { go } from "../../app/index.js";
import { Council, MOST_SEATS, peopleSeats, type CouncilSeat, withSeat } from "../../design/Council.js";
import { askToConfirm, Button, CodeWords, Disclosure, Note } from "../../design/index.js";
import { home, self } from "../../model/home.js";
import { listOf } from "../../words/say.js";
import { words } from "../../words/words.js";
import type { ExplainedExample } from "../../worker/door.js";
import { ruleMeaningOf } from "../room/ruleMeaning.js";
import style from "./RoomDoor.module.css";
import { t } from "./words.js";

const sections = { acts: words(acts), explained: words(explained), list: listOf };
/** In a larger room nobody reads the names of all who decide. */
const MOST_NAMED = 100;

/** Waiting for somebody to decide. */
export function WaitingDoor({ room, title }: { readonly room: RoomSummary; readonly title: string }): JSX.Element {
  const view = useDoorView(room.key);
  const who = useWhoDecides(view);
  const you = self.value;
  const seats = peopleSeats(view?.members.map(({ person }) => person) ?? [], MOST_SEATS - 1);
  const own: CouncilSeat = you ? { is: "asking", person: you.person } : { is: "yours", text: "?" };
  const withdraw = async () => {
    const yes = await askToConfirm({
      title: t.withdrawTitle,
      body: t.withdrawText,
      yes: t.withdraw,
      no: t.keep,
      danger: true,
    });
    if (!yes) return;
    go({ at: "rooms" }, { replace: true });
    await home().home.forget(room.key);
  };
  return (
    <div class={style["asking"]}>
      <div class={style["council"]}>
        <Council middle={{ name: title, room: room.key }} seats={withSeat(seats, own)} />
      </div>
      <h2 class={style["title"]}>{t.waitingTitle({ room: title })}</h2>
      {who !== null && <p>{t.waitingLead({ who })}</p>}
      <Note>{t.waitingText}</Note>
      <Button onClick={() => void withdraw()}>{t.withdraw}</Button>
      {you && (
        <div class={style["words"]}>
          <Disclosure title={t.yourWords}>
            <CodeWords label={t.yourWords} words={you.fingerprint.words.split(" ")} />
            <Note>{t.yourWordsHint}</Note>
          </Disclosure>
        </div>
      )}
    </div>
  );
}

/** The room as its link shows it; null until that is read, and where it cannot be. */
function useDoorView(key: RoomKey): DoorView | null {
  const [view, put] = useState<DoorView | null>(null);
  useEffect(() => {
    let isOver = false;
    void home()
      .home.lookAsked(key)
      .then(
        (looked) => {
          if (looked.ok && !isOver) put(looked.value);
        },
        () => undefined,
      );
    return () => {
      isOver = true;
    };
  }, [key]);
  return view;
}

/** Who has to agree, by the judge itself: "any 2 of Ana, Ben and Carol". */
function useWhoDecides(view: DoorView | null): string | null {
  const [found, put] = useState<ExplainedExample | null>(null);
  const { members, policy } = view ?? { members: [], policy: null };
  const roles = members.map(({ role }) => role);
  useEffect(() => {
    if (policy === null || roles.length > MOST_NAMED) return;
    void home()
      .home.explainExample(policy, roles)
      .then(put, () => undefined);
  }, [view]);
  if (found === null || policy === null) return null;
  const people = found.people.map((person, place) => ({
    ...{ person, name: plainName(members[place]!.name), role: roles[place]! },
  }));
  const meaning = ruleMeaningOf(found.explanation, policy, people);
  const add = meaning.acts.find(({ act }) => act === "add");
  return add ? explainedSentence(add, meaning.everyone, sections) : null;
}
