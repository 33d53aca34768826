import { plural } from "../../words/say.js";
import { words } from "../../words/words.js";

export const t = words({
  en: {
    title: "Search",
    titleAll: "Search everywhere",
    field: "Search messages",
    fieldAll: "Find rooms, people, messages",
    rooms: "Rooms",
    people: "People",
    messages: "Messages",
    start: "Find what was written",
    startText: "Only what this device holds is searched, on this device. Nothing of it leaves your browser.",
    none: "Nothing found",
    noneText: "Messages from before you came, and those that were taken back, are not here.",
    found: (count: number) => plural(count, { one: "# message", other: "# messages" }),
    foundMore: (count: number) => plural(count, { one: "# message and more", other: "# messages and more" }),
    more: "Show older ones",
    inRoom: "in {room}",
  },
  de: {
    title: "Suche",
    titleAll: "Überall suchen",
    field: "Nachrichten suchen",
    fieldAll: "Räume, Leute, Nachrichten finden",
    rooms: "Räume",
    people: "Leute",
    messages: "Nachrichten",
    start: "Finde, was geschrieben wurde",
    startText: "Durchsucht wird nur, was dieses Gerät hat, und auf diesem Gerät. Nichts davon verlässt deinen Browser.",
    none: "Nichts gefunden",
    noneText: "Nachrichten von vor deiner Zeit und zurückgenommene sind nicht hier.",
    found: (count: number) => plural(count, { one: "# Nachricht", other: "# Nachrichten" }),
    foundMore: (count: number) => plural(count, { one: "# Nachricht und mehr", other: "# Nachrichten und mehr" }),
    more: "Ältere zeigen",
    inRoom: "in {room}",
  },
});
