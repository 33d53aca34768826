import type { PersonId } from "@conclave/client/pure";
import type { RoomKey, RoomSummary } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { useEffect, useState } from "preact/hooks";
import { go } from "../../app/route.js";
import { home, roomList } from "../../model/home.js";
import { hasWords } from "../../words/matching.js";

/** So many rooms are asked for their people: the first of the list. */
const ROOMS_ASKED = 50;
/** So many of each kind are shown: to find others, type another letter. */
const MOST = 6;

/** Somebody whom one shares a room with. */
export interface Companion {
  readonly person: PersonId;
  readonly name: string;
  readonly tag: string;
  /** The first of the list where they are. */
  readonly room: RoomKey;
}

/** Everybody else in one's rooms, each once, those of the first room first. Empty until they are read. */
export function useCompanions(wanted: boolean): readonly Companion[] {
  const [people, show] = useState<readonly Companion[]>([]);
  useEffect(() => {
    if (!wanted) return;
    let isOver = false;
    void readCompanions().then(
      (found) => !isOver && show(found),
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [wanted]);
  return people;
}

async function readCompanions(): Promise<readonly Companion[]> {
  const keys = roomList.peek().filter(({ status }) => status.standing === "member");
  const details = await Promise.all(keys.slice(0, ROOMS_ASKED).map(({ key }) => home().home.detail(key)));
  const found = new Map<string, Companion>();
  for (const detail of details) {
    for (const { person, name, tag, isYou } of detail?.members ?? []) {
      // Names are of a room: with another one in another room somebody is found by both.
      const id = `${toHex(person)} ${name}`;
      if (!isYou && detail && !found.has(id)) found.set(id, { person, name, tag, room: detail.key });
    }
  }
  return [...found.values()];
}

/** Rooms that have every word of the query in their title; the first of the list where it is empty. */
export function roomsFor(query: string, list: readonly RoomSummary[]): readonly RoomSummary[] {
  return list.filter(({ title }) => hasWords(title, query)).slice(0, MOST);
}

/** People who have every word of the query in their name; nobody where it is empty. */
export function peopleFor(query: string, people: readonly Companion[]): readonly Companion[] {
  return query.trim() === "" ? [] : people.filter(({ name }) => hasWords(name, query)).slice(0, MOST);
}

export function goToRoom(key: RoomKey): void {
  go({ at: "room", key, panel: null, item: null });
}

export function goToPerson({ person, room }: Companion): void {
  go({ at: "room", key: room, panel: "people", item: toHex(person) });
}
