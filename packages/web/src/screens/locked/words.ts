import { words } from "../../words/index.js";

export const t = words({
  en: {
    lockedTitle: "Locked",
    lockedLead: "Your rooms are on this device, sealed. Open them with your passphrase or passkey.",
    passphrase: "Passphrase",
    show: "Show the passphrase",
    hide: "Hide the passphrase",
    open: "Open",
    passkey: "Open with a passkey",
    or: "or",
    wrong: "That is not the passphrase of this home.",
    wrongPasskey: "This passkey does not open this home.",
    passkeyRefused: "The passkey was not given. Try again, or use another way.",
    passkeyUnsupported: "This browser or authenticator cannot open a home with a passkey.",
    damaged: "What is stored here cannot be read any more.",
    elsewhere: "Conclave is open somewhere else in this browser.",
    failed: "It did not work. Reload the page and try again.",
    waiting: "Opening… this takes a moment on purpose: it slows down guessing.",
    forgot: "I cannot open it any more",
    forgotText:
      "Nobody can reset a passphrase: nobody else has it. With your 24 recovery words you can start over as the same person. What is sealed here is set aside and stays unreadable.",
    missingTitle: "The keys to your rooms are gone",
    missingText:
      "This browser still has sealed data of yours, but not the keys for it: browsing data was cleared, or the server told the browser to clear it. Your recovery words bring you back as the same person; the rooms and messages that were here cannot be opened any more.",
    noWords: "I have no recovery words",
    noWordsTitle: "Start over as a new person?",
    noWordsText:
      "Without the words you are a new person to everybody: people who checked you will see another fingerprint. What is sealed here is deleted for good.",
    noWordsYes: "Delete it and start over",
    back: "Back",
    inUseTitle: "Conclave is open somewhere else",
    inUseLead:
      "Another window of this browser has it open in a way that cannot be shared, perhaps an older version. Close that window, then try again.",
    failedTitle: "This browser does not let Conclave store anything",
    failedLead:
      "Rooms and keys live in the browser's storage. A private window, a full disk or a strict setting may forbid it. Nothing was lost on the server or with the others.",
    stoppedTitle: "Conclave has stopped on this page",
    stoppedLead:
      "The part that has your keys and rooms ended: the browser may have run out of memory. What you sent is kept, and goes out when the page is loaded anew.",
    insecureTitle: "This address is not secure",
    insecureLead:
      "The page came over plain http from another machine. Browsers give such pages neither keys nor storage that lasts. Open it by https, or on the machine itself.",
    details: "What the browser said",
    again: "Try again",
  },
  de: {
    lockedTitle: "Verschlossen",
    lockedLead: "Deine Räume liegen versiegelt auf diesem Gerät. Öffne sie mit deiner Passphrase oder deinem Passkey.",
    passphrase: "Passphrase",
    show: "Passphrase zeigen",
    hide: "Passphrase verbergen",
    open: "Öffnen",
    passkey: "Mit Passkey öffnen",
    or: "oder",
    wrong: "Das ist nicht die Passphrase dieses Zuhauses.",
    wrongPasskey: "Dieser Passkey öffnet dieses Zuhause nicht.",
    passkeyRefused: "Der Passkey wurde nicht gegeben. Versuch es noch einmal, oder nimm einen anderen Weg.",
    passkeyUnsupported: "Dieser Browser oder dieses Gerät kann kein Zuhause mit einem Passkey öffnen.",
    damaged: "Was hier gespeichert ist, lässt sich nicht mehr lesen.",
    elsewhere: "Conclave ist in diesem Browser anderswo offen.",
    failed: "Das hat nicht geklappt. Lade die Seite neu und versuch es noch einmal.",
    waiting: "Wird geöffnet … das dauert absichtlich einen Moment: es bremst das Raten.",
    forgot: "Ich kann es nicht mehr öffnen",
    forgotText:
      "Niemand kann eine Passphrase zurücksetzen: niemand sonst hat sie. Mit deinen 24 Wörtern fängst du als dieselbe Person neu an. Was hier versiegelt ist, wird beiseitegelegt und bleibt unlesbar.",
    missingTitle: "Die Schlüssel zu deinen Räumen sind weg",
    missingText:
      "Dieser Browser hat noch versiegelte Daten von dir, aber nicht mehr die Schlüssel dazu: Browserdaten wurden gelöscht, oder der Server hat dem Browser gesagt, sie zu löschen. Mit deinen Wörtern bist du wieder dieselbe Person; die Räume und Nachrichten von hier lassen sich nicht mehr öffnen.",
    noWords: "Ich habe die Wörter nicht",
    noWordsTitle: "Als jemand anderes neu anfangen?",
    noWordsText:
      "Ohne die Wörter bist du für alle eine neue Person: wer dich geprüft hat, sieht einen anderen Fingerabdruck. Was hier versiegelt ist, wird endgültig gelöscht.",
    noWordsYes: "Löschen und neu anfangen",
    back: "Zurück",
    inUseTitle: "Conclave ist anderswo offen",
    inUseLead:
      "Ein anderes Fenster dieses Browsers hat es so offen, dass es sich nicht teilen lässt, vielleicht eine ältere Version. Schließ dieses Fenster, dann versuch es noch einmal.",
    failedTitle: "Dieser Browser lässt Conclave nichts speichern",
    failedLead:
      "Räume und Schlüssel liegen im Speicher des Browsers. Ein privates Fenster, eine volle Platte oder eine strenge Einstellung kann das verbieten. Auf dem Server und bei den anderen ging nichts verloren.",
    stoppedTitle: "Conclave ist auf dieser Seite stehen geblieben",
    stoppedLead:
      "Der Teil mit deinen Schlüsseln und Räumen ist beendet: vielleicht hatte der Browser zu wenig Speicher. Was du gesendet hast, ist aufbewahrt und geht hinaus, wenn die Seite neu geladen ist.",
    insecureTitle: "Diese Adresse ist nicht sicher",
    insecureLead:
      "Die Seite kam unverschlüsselt von einer anderen Maschine. Browser geben solchen Seiten weder Schlüssel noch dauerhaften Speicher. Öffne sie über https, oder auf der Maschine selbst.",
    details: "Was der Browser gesagt hat",
    again: "Noch einmal versuchen",
  },
});
