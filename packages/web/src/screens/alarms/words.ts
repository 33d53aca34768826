import { plural } from "../../words/say.js";
import { words } from "../../words/words.js";

export const t = words({
  en: {
    title: "Alarms",
    none: "Nothing was seen",
    noneText:
      "This device checks everything that the server does. If something is wrong, it says so here, with the proof.",
    paused: "Nothing is sent until you have looked.",
    look: "Look at it",
    lookAtAll: (count: number) => `Look at all ${String(count)} alarms`,
    saveProof: "Save the proof",
    saveSeen: "Save what was seen",
    goOn: "I have looked, go on",
    noted: "Noted",
    notedAll: "All noted",
    comeBack: "Come back as a new device",
    isBack: "You are back. Any other copy of this device is out.",
    noWayBack: "Your recovery words do not bring you back here. Somebody in the room has to let you in again.",
    toDo: "What to do",
    goOnTitle: "Send again through this server?",
    goOnText:
      "The alarm stays in the room's history, with its proof. If you have not talked to the others yet: compare the room code first, by telephone or in person.",
    goOnYes: "Send again",
    from: "From the device of",
    seen: "Seen",
    times: (count: number) => plural(count, { one: "once", other: "# times" }),
    acknowledged: "Noted by you",
    isOpen: "Open",
    provable:
      "Anybody can check this proof, without you and without this server: npx --no conclave verify-proof FILE, in a clone of Conclave.",
    notProvable: "This shows you what happened. It proves nothing to others.",
    compare: "Compare the room code",
    updateTitle: "This room uses something that this version does not know",
    updateText: "Reading and sending go on when Conclave is up to date. Reload this page, or ask who runs the server.",
    failedTitle: "This browser could not store what happened",
    failedText: "Nothing more is sent, so that nothing is lost or sent twice. Free some space, then reload the page.",
    reload: "Reload",
  },
  de: {
    title: "Alarme",
    none: "Nichts aufgefallen",
    noneText:
      "Dieses Gerät prüft alles, was der Server tut. Wenn etwas nicht stimmt, sagt es das hier, mit dem Beweis.",
    paused: "Bis du es dir angesehen hast, wird nichts gesendet.",
    look: "Ansehen",
    lookAtAll: (count: number) => `Alle ${String(count)} Alarme ansehen`,
    saveProof: "Beweis speichern",
    saveSeen: "Beobachtung speichern",
    goOn: "Angesehen, weiter",
    noted: "Zur Kenntnis genommen",
    notedAll: "Alle zur Kenntnis genommen",
    comeBack: "Als neues Gerät zurückkommen",
    isBack: "Du bist zurück. Jede andere Kopie dieses Geräts ist draußen.",
    noWayBack: "Deine 24 Wörter bringen dich hier nicht zurück. Jemand im Raum muss dich wieder hereinlassen.",
    toDo: "Was du tun kannst",
    goOnTitle: "Wieder über diesen Server senden?",
    goOnText:
      "Der Alarm bleibt im Verlauf des Raums, mit seinem Beweis. Falls du noch nicht mit den anderen gesprochen hast: vergleicht zuerst den Raumcode, am Telefon oder persönlich.",
    goOnYes: "Wieder senden",
    from: "Vom Gerät von",
    seen: "Gesehen",
    times: (count: number) => plural(count, { one: "einmal", other: "#-mal" }),
    acknowledged: "Von dir zur Kenntnis genommen",
    isOpen: "Offen",
    provable:
      "Diesen Beweis kann jeder prüfen, ohne dich und ohne diesen Server: npx --no conclave verify-proof DATEI, in einem Klon von Conclave.",
    notProvable: "Das zeigt dir, was geschah. Anderen beweist es nichts.",
    compare: "Raumcode vergleichen",
    updateTitle: "Dieser Raum benutzt etwas, das diese Version nicht kennt",
    updateText:
      "Lesen und Senden gehen weiter, wenn Conclave auf dem neuesten Stand ist. Lade die Seite neu, oder frag, wer den Server betreibt.",
    failedTitle: "Dieser Browser konnte nicht speichern, was geschah",
    failedText:
      "Es wird nichts mehr gesendet, damit nichts verloren geht oder doppelt ankommt. Schaff etwas Platz und lade die Seite neu.",
    reload: "Neu laden",
  },
});
