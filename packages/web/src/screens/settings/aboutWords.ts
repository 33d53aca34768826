import { words } from "../../words/words.js";

export const t = words({
  en: {
    lead: "A group chat that people host themselves, whose server cannot choose who is in the room.",
    version: "Version",
    unknown: "unknown",
    build: "Build",
    licence: "Licence",
    notAudited: "Young, and audited by nobody. Do not lean on it where somebody would be harmed if it failed.",
    protects: "What it protects",
    protects1:
      "Messages, files, names and titles are sealed before they leave this browser. The server cannot read them.",
    protects2: "Who is in a room is decided by its people, by rules they signed. The server can let nobody in.",
    protects3: "A server that shows people different rooms, or an older one, is caught, and leaves a proof.",
    doesNot: "What it does not",
    doesNot1: "The server sees who connects from where, when, and how much. It can refuse to serve.",
    doesNot2: "Whoever holds your unlocked device sees what you see. People in the room can pass on what they read.",
    doesNot3: "Whoever serves this page could change it. Security says who that is, and how to check.",
  },
  de: {
    lead: "Ein Gruppenchat, den Leute selbst betreiben und dessen Server nicht bestimmt, wer im Raum ist.",
    version: "Version",
    unknown: "unbekannt",
    build: "Build",
    licence: "Lizenz",
    notAudited: "Jung, und von niemandem geprüft. Verlass dich nicht darauf, wo ein Versagen jemandem schaden würde.",
    protects: "Was es schützt",
    protects1:
      "Nachrichten, Dateien, Namen und Titel werden versiegelt, bevor sie diesen Browser verlassen. Der Server kann sie nicht lesen.",
    protects2:
      "Wer in einem Raum ist, entscheiden seine Leute, nach Regeln, die sie unterschrieben haben. Der Server kann niemanden hereinlassen.",
    protects3:
      "Ein Server, der Leuten verschiedene Räume zeigt, oder einen älteren, wird ertappt und hinterlässt einen Beweis.",
    doesNot: "Was nicht",
    doesNot1: "Der Server sieht, wer sich von wo verbindet, wann, und wie viel. Er kann den Dienst verweigern.",
    doesNot2: "Wer dein offenes Gerät hat, sieht, was du siehst. Leute im Raum können weitergeben, was sie lesen.",
    doesNot3: "Wer diese Seite liefert, könnte sie ändern. Unter „Sicherheit“ steht, wer das ist und wie man es prüft.",
  },
});
