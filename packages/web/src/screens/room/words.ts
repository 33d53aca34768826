import { plural } from "../../words/say.js";
import { words } from "../../words/words.js";

export const t = words({
  en: {
    people: (count: number) => plural(count, { one: "# person", other: "# people" }),
    showPeople: "People in this room",
    showPeopleWaiting: (count: number) =>
      plural(count, {
        one: "People in this room; # needs your decision",
        other: "People in this room; # need your decision",
      }),
    decisions: "Decisions",
    invites: "Invites",
    search: "Search in this room",
    mute: "Mute",
    unmute: "Unmute",
    settings: "Room and rules",
    more: "More about this room",
    fresh: "People confirmed by {by}",
    freshYou: "People confirmed by you",
    stale: "Not confirmed since {when}, by {by}",
    unknown: "End-to-end encrypted",
    offline: "Offline: what you write waits",
    alarmed: "An alarm: do not rely on the list of people",
    connecting: "Connecting",
    catchingUp: "Catching up",
    waitingToSend: (count: number) =>
      plural(count, { one: "Offline: # message waits", other: "Offline: # messages wait" }),
    asking: "Waiting to be let in",
    joining: "On the way in",
    founding: "Being set up",
    out: "You are not in this room any more",
    unconfirmed: "Nobody else has been here since you came",
  },
  de: {
    people: (count: number) => plural(count, { one: "# Person", other: "# Leute" }),
    showPeople: "Leute in diesem Raum",
    showPeopleWaiting: (count: number) =>
      plural(count, {
        one: "Leute in diesem Raum; # wartet auf dich",
        other: "Leute in diesem Raum; # warten auf dich",
      }),
    decisions: "Entscheidungen",
    invites: "Einladungen",
    search: "In diesem Raum suchen",
    mute: "Stummschalten",
    unmute: "Stummschaltung aufheben",
    settings: "Raum und Regeln",
    more: "Mehr zu diesem Raum",
    fresh: "Leute bestätigt von {by}",
    freshYou: "Leute bestätigt von dir",
    stale: "Nicht bestätigt seit {when}, von {by}",
    unknown: "Ende-zu-Ende verschlüsselt",
    offline: "Offline: was du schreibst, wartet",
    alarmed: "Ein Alarm: verlass dich nicht auf die Liste der Leute",
    connecting: "Verbindet",
    catchingUp: "Holt auf",
    waitingToSend: (count: number) =>
      plural(count, { one: "Offline: # Nachricht wartet", other: "Offline: # Nachrichten warten" }),
    asking: "Wartet auf Einlass",
    joining: "Auf dem Weg hinein",
    founding: "Wird eingerichtet",
    out: "Du bist nicht mehr in diesem Raum",
    unconfirmed: "Seit du da bist, war sonst niemand hier",
  },
});
