import { words } from "../words/words.js";

export const t = words({
  en: {
    skip: "Skip to the conversation",
    rooms: "Rooms",
    details: "Details",
    pick: "Pick a room",
    pickText: "Choose one on the left, start a new one, or open an invite link.",
    helpTitle: "Keyboard shortcuts",
    helpKey: "Show the keyboard shortcuts",
    shortcutsOn: "Use shortcuts",
    shortcutsHint: "Turn them off if you dictate, or if keys get in your way.",
    brokenTitle: "Something went wrong on this page",
    brokenText:
      "That is a fault of the program, not yours. Your messages and keys lie untouched in this browser; what waits to be sent is sent later.",
    again: "Try again",
    reload: "Load the page anew",
    report: "Details for a report",
    loadFailedTitle: "This part could not be loaded",
    loadFailedText: "The connection may be gone, or the server was updated meanwhile.",
    starting: "Opening your rooms",
  },
  de: {
    skip: "Zum Gespräch springen",
    rooms: "Räume",
    details: "Einzelheiten",
    pick: "Wähle einen Raum",
    pickText: "Nimm links einen, gründe einen neuen oder öffne einen Einladungslink.",
    helpTitle: "Tastenkürzel",
    helpKey: "Tastenkürzel zeigen",
    shortcutsOn: "Tastenkürzel benutzen",
    shortcutsHint: "Schalte sie ab, wenn du diktierst oder Tasten dir in die Quere kommen.",
    brokenTitle: "Auf dieser Seite ist etwas schiefgegangen",
    brokenText:
      "Das ist ein Fehler des Programms, nicht deiner. Nachrichten und Schlüssel liegen unberührt in diesem Browser; was noch zu senden ist, wird später gesendet.",
    again: "Noch einmal versuchen",
    reload: "Seite neu laden",
    report: "Einzelheiten für eine Meldung",
    loadFailedTitle: "Dieser Teil ließ sich nicht laden",
    loadFailedText: "Vielleicht ist die Verbindung weg, oder der Server wurde inzwischen erneuert.",
    starting: "Deine Räume werden geöffnet",
  },
});
