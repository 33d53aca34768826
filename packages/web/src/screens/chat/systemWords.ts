import type { TimelineAlarm } from "@conclave/client";
import { type AlarmCode, isClaim, type Unreadable } from "@conclave/client/pure";
import { plural } from "../../words/say.js";
import { words } from "../../words/words.js";

/** Why a line cannot be shown: a closed list, and nothing is left without a reason. */
export const reasons = words({
  en: {
    before_join: (count: number) =>
      plural(count, {
        one: "A message from before you came: it was not meant for you.",
        other: "# messages from before you came: they were not meant for you.",
      }),
    epoch_gone: (count: number) =>
      plural(count, {
        one: "A message came so late that its key is deleted already.",
        other: "# messages came so late that their keys are deleted already.",
      }),
    replayed: (count: number) =>
      plural(count, {
        one: "The server delivered a message a second time; the copy is ignored.",
        other: "The server delivered # messages a second time; the copies are ignored.",
      }),
    pruned: (count: number) =>
      plural(count, {
        one: "The server deleted something before this device could read it.",
        other: "The server deleted # records before this device could read them.",
      }),
    invalid: (count: number) =>
      plural(count, {
        one: "Something that arrived is not valid, so it is not shown.",
        other: "# things that arrived are not valid, so they are not shown.",
      }),
  },
  de: {
    before_join: (count: number) =>
      plural(count, {
        one: "Eine Nachricht von vor deiner Zeit: sie war nicht für dich bestimmt.",
        other: "# Nachrichten von vor deiner Zeit: sie waren nicht für dich bestimmt.",
      }),
    epoch_gone: (count: number) =>
      plural(count, {
        one: "Eine Nachricht kam so spät, dass ihr Schlüssel schon gelöscht ist.",
        other: "# Nachrichten kamen so spät, dass ihre Schlüssel schon gelöscht sind.",
      }),
    replayed: (count: number) =>
      plural(count, {
        one: "Der Server hat eine Nachricht ein zweites Mal geliefert; die Kopie zählt nicht.",
        other: "Der Server hat # Nachrichten ein zweites Mal geliefert; die Kopien zählen nicht.",
      }),
    pruned: (count: number) =>
      plural(count, {
        one: "Der Server hat etwas gelöscht, bevor dieses Gerät es lesen konnte.",
        other: "Der Server hat # Einträge gelöscht, bevor dieses Gerät sie lesen konnte.",
      }),
    invalid: (count: number) =>
      plural(count, {
        one: "Es kam etwas an, das nicht stimmt, und nicht gezeigt wird.",
        other: "Es kamen # Dinge an, die nicht stimmen, und nicht gezeigt werden.",
      }),
  },
}) satisfies Record<Unreadable, (count: number) => string>;

/** What this device saw, or a member says, as one sentence. */
export function alarmSentence({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  return isClaim({ code, person }) ? claims.fork : alarmSentences[code];
}

const claims = words({
  en: { fork: "A member's device says that the server showed it another room than this device." },
  de: { fork: "Das Gerät eines Mitglieds sagt, dass der Server ihm einen anderen Raum gezeigt hat als diesem Gerät." },
});

/** What this device saw, as one sentence for each code. */
const alarmSentences = words({
  en: {
    FORK: "The server shows this room differently to different people.",
    ROLLBACK: "The server showed an older state of this room.",
    EQUIVOCATION: "The server signed two contradicting statements about this room.",
    BAD_RECEIPT: "A receipt from the server is not valid.",
    WITHHELD: "The server is keeping part of this room from this device.",
    SHUT_OUT: "The server refuses this device's messages, and part of what happened here is missing.",
    ALTERED: "Something arrived with bytes that nobody signed, and was refused.",
    REFUSED_CHANGE: "A change of this room was refused: it breaks the rules.",
    JUNK: "The server delivered something that nobody in the room can have sent.",
    BAD_MESSAGE: "A message is not valid, so it is not shown.",
    RESTORED: "This device was restored from a copy, or copied.",
  },
  de: {
    FORK: "Der Server zeigt diesen Raum verschiedenen Leuten verschieden.",
    ROLLBACK: "Der Server zeigte einen älteren Stand dieses Raums.",
    EQUIVOCATION: "Der Server hat zwei Aussagen über diesen Raum unterschrieben, die sich widersprechen.",
    BAD_RECEIPT: "Eine Quittung des Servers stimmt nicht.",
    WITHHELD: "Der Server hält einen Teil dieses Raums vor diesem Gerät zurück.",
    SHUT_OUT: "Der Server nimmt die Nachrichten dieses Geräts nicht an, und ein Teil dessen, was hier geschah, fehlt.",
    ALTERED: "Es kam etwas mit Bytes an, die niemand unterschrieben hat, und wurde abgelehnt.",
    REFUSED_CHANGE: "Eine Änderung dieses Raums wurde abgelehnt: sie bricht die Regeln.",
    JUNK: "Der Server hat etwas geliefert, das niemand im Raum gesendet haben kann.",
    BAD_MESSAGE: "Eine Nachricht stimmt nicht, und wird nicht gezeigt.",
    RESTORED: "Dieses Gerät wurde aus einer Kopie wiederhergestellt, oder kopiert.",
  },
}) satisfies Record<AlarmCode, string>;
