import { words } from "../../words/words.js";

export const t = words({
  en: {
    title: "A room that is yours",
    lead: "Conclave is an encrypted group chat whose server cannot choose who is in the room.",
    start: "Start a room",
    startText: "Name it, and decide who decides. It takes a minute.",
    link: "I have an invite link",
    linkText:
      "Paste it here. No server is contacted before you agree. Did a link bring you here? Some apps cut links short: copy it from the message.",
    linkField: "Invite link",
    linkGo: "Look at the invite",
    recover: "I have recovery words",
    recoverText: "The 24 words of your recovery sheet bring you back on this device.",
    doorTitle: "Members hold the door",
    doorText: "Who comes in, and by whose word, is a signed decision that everyone in the room can check.",
    envelopeTitle: "The server carries sealed envelopes",
    envelopeText: "Messages, names and files are encrypted here, in your browser. The keys stay with the members.",
    hostTitle: "On a server of your choice",
    hostText: "Run a small one for your family, club or team, or use somebody's. It only delivers messages.",
    points: "What that means",
  },
  de: {
    title: "Ein Raum, der euch gehört",
    lead: "Conclave ist ein verschlüsselter Gruppenchat, dessen Server nicht bestimmen kann, wer im Raum ist.",
    start: "Einen Raum gründen",
    startText: "Gib ihm einen Namen und lege fest, wer entscheidet. Das dauert eine Minute.",
    link: "Ich habe einen Einladungslink",
    linkText:
      "Füge ihn hier ein. Kein Server wird gefragt, bevor du zustimmst. Hat dich ein Link hierher geführt? Manche Apps verlieren die Hälfte davon: kopiere ihn aus der Nachricht.",
    linkField: "Einladungslink",
    linkGo: "Einladung ansehen",
    recover: "Ich habe meine 24 Wörter",
    recoverText: "Mit den Wörtern deines Blatts bist du auf diesem Gerät wieder du.",
    doorTitle: "Die Mitglieder halten die Tür",
    doorText:
      "Wer hereinkommt, und auf wessen Wort, ist eine signierte Entscheidung, die alle im Raum nachprüfen können.",
    envelopeTitle: "Der Server trägt verschlossene Umschläge",
    envelopeText:
      "Nachrichten, Namen und Dateien werden hier in deinem Browser verschlüsselt. Die Schlüssel bleiben bei den Mitgliedern.",
    hostTitle: "Auf einem Server eurer Wahl",
    hostText:
      "Betreibt einen kleinen für Familie, Verein oder Team, oder nehmt einen fremden. Anvertraut wird ihm nur die Zustellung.",
    points: "Was das heißt",
  },
});
