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
    settings: "Room and rules",
    more: "More about this room",
    fresh: "Membership confirmed by {by} {when}",
    freshYou: "Membership confirmed by you {when}",
    stale: "Not confirmed since {when}, by {by}",
    unknown: "Membership not confirmed by anybody yet",
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
    unconfirmed: "Nobody has spoken to you yet: people not confirmed",
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
    settings: "Raum und Regeln",
    more: "Mehr zu diesem Raum",
    fresh: "Mitglieder bestätigt von {by} {when}",
    freshYou: "Mitglieder bestätigt von dir {when}",
    stale: "Nicht bestätigt seit {when}, von {by}",
    unknown: "Mitglieder noch von niemandem bestätigt",
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
    unconfirmed: "Noch hat dir niemand geschrieben: Leute unbestätigt",
  },
});
