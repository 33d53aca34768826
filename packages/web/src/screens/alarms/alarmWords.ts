import type { TimelineAlarm } from "@conclave/client";
import { type AlarmCode, isClaim } from "@conclave/client/pure";
import { words } from "../../words/words.js";

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
