import { words } from "../../words/words.js";

export const t = words({
  en: {
    removed: "You were removed from this room by {by}, {when}.",
    elsewhere: "You came back to this room with another device, {when}. This one is out.",
    stays: "What you have read stays on this device. You cannot read on or write.",
    back: "If that was a mistake, talk to them some other way: a new invite lets you in again.",
    banned: "It was for good: no invite lets you in again, only somebody inside can.",
    forget: "Forget this room",
  },
  de: {
    removed: "Du wurdest von {by} aus diesem Raum entfernt, {when}.",
    elsewhere: "Du bist mit einem anderen Gerät in diesen Raum zurückgekommen, {when}. Dieses ist draußen.",
    stays: "Was du gelesen hast, bleibt auf diesem Gerät. Mitlesen und schreiben kannst du nicht.",
    back: "War es ein Versehen, sprich sie auf einem anderen Weg an: mit einer neuen Einladung kommst du wieder herein.",
    banned: "Es war endgültig: keine Einladung lässt dich wieder herein, das kann nur jemand im Raum.",
    forget: "Diesen Raum vergessen",
  },
});
