import { words } from "../../words/words.js";

/** By what somebody was checked. */
export const by = words({
  en: { words: "by words", digits: "by digits", qr: "by QR code" },
  de: { words: "mit Wörtern", digits: "mit Ziffern", qr: "mit QR-Code" },
});

export const t = words({
  en: {
    title: "Codes to compare",
    titleOf: (name: string) => `Compare with ${name}`,
    gone: "This person is not in the room any more",
    toPeople: "All people",
    yours: "Your fingerprint",
    yoursText: "It is the same in every room. Show it, or read it aloud, to whoever wants to be sure that you are you.",
    forms: "How it is shown",
    ways: "How to compare",
    qr: "QR code",
    words: "Words",
    digits: "Digits",
    scan: "Scan",
    yourQr: "Your fingerprint as a QR code",
    yourWords: "Your fingerprint words",
    yourDigits: "Your fingerprint digits",
    wordsOf: (name: string) => `Fingerprint words of ${name}`,
    digitsOf: (name: string) => `Fingerprint digits of ${name}`,
    roomCode: "Room code",
    roomCodeText:
      "Read it aloud together, at one moment: who has the same one has the same people and the same keys as you. It changes with every decision.",
    roomCodeDiffers: "Ours differ. What now?",
    roomCodeDiffersText:
      "First make sure that both of you are connected, wait a moment and compare again: somebody may just have come in. If the codes stay different, the server shows you different rooms. Then do not go on writing through it.",
    peopleCode: "People code",
    peopleCodeText: "It changes only when people or rules do: good to keep on paper, and to compare by letter.",
    lead: (name: string) =>
      `Do this where you know that it is really ${name}: side by side, or on the telephone. Not in this chat.`,
    readHow: (name: string) =>
      `${name} opens People, then themselves, and reads their fingerprint to you. Compare every part with this:`,
    scanHow: (name: string) =>
      `${name} opens People, then themselves, and “Show mine as QR code”. Point your camera at it.`,
    same: "They are the same",
    differs: "They differ",
    checkedOn: (date: string, how: string) => `Checked by you, ${date}, ${how}`,
    checkedText: "The mark is on the person, not on the name, and you see it in every room. Nobody else does.",
    unmark: "Take the mark away",
    failed: "The mark could not be kept. Reload the page and try again.",
    differsTitle: (name: string) => `Then this may not be ${name}`,
    otherCode: (name: string) => `This code is not ${name}'s, nor anybody's here`,
    differsText: (name: string) =>
      `Compare once more: a word is easily misread. If it stays different, somebody else is in this room under the name of ${name}. Write nothing that only ${name} may read, and tell the others.`,
    codeOf: (whose: string, name: string) => `This is the code of ${whose}, not of ${name}`,
    ownCode: "This is your own code",
    noPerson: "This is no fingerprint",
    noPersonText: (name: string) => `The code says something else. It should be the one on the screen of ${name}.`,
    showMine: (name: string) => `My code, for ${name}`,
    never:
      "You never have to do this in order to talk. It makes sure that the server did not put somebody else in their place.",
    cameraOn: "Open the camera",
    cameraOff: "Close the camera",
    cameraView: "What the camera sees",
    cameraDenied:
      "The browser does not let this page use the camera. Allow it in the address bar, or choose a picture.",
    cameraNone: "There is no camera that this page could use. Choose or paste a picture of the code instead.",
    looking: "Looking for a code…",
    picture: "Choose a picture",
    noCode: "There is no QR code to be read in this picture.",
  },
  de: {
    title: "Codes zum Vergleichen",
    titleOf: (name: string) => `Mit ${name} vergleichen`,
    gone: "Diese Person ist nicht mehr im Raum",
    toPeople: "Alle Leute",
    yours: "Dein Fingerabdruck",
    yoursText:
      "Er ist in jedem Raum derselbe. Zeig ihn, oder lies ihn vor, wenn jemand sicher sein will, dass du es bist.",
    forms: "Wie er gezeigt wird",
    ways: "Wie verglichen wird",
    qr: "QR-Code",
    words: "Wörter",
    digits: "Ziffern",
    scan: "Scannen",
    yourQr: "Dein Fingerabdruck als QR-Code",
    yourWords: "Deine Fingerabdruck-Wörter",
    yourDigits: "Deine Fingerabdruck-Ziffern",
    wordsOf: (name: string) => `Fingerabdruck-Wörter von ${name}`,
    digitsOf: (name: string) => `Fingerabdruck-Ziffern von ${name}`,
    roomCode: "Raumcode",
    roomCodeText:
      "Lest ihn euch im selben Moment vor: wer denselben hat, hat dieselben Leute und dieselben Schlüssel wie du. Er ändert sich mit jeder Entscheidung.",
    roomCodeDiffers: "Unsere sind verschieden. Was nun?",
    roomCodeDiffersText:
      "Seht zuerst nach, ob ihr beide verbunden seid, wartet einen Moment und vergleicht noch einmal: vielleicht kam gerade jemand herein. Bleiben die Codes verschieden, zeigt euch der Server verschiedene Räume. Dann schreibt nicht weiter über ihn.",
    peopleCode: "Leutecode",
    peopleCodeText:
      "Er ändert sich nur mit den Leuten oder den Regeln: gut, um ihn auf Papier zu behalten und per Brief zu vergleichen.",
    lead: (name: string) =>
      `Mach das, wo du weißt, dass es wirklich ${name} ist: nebeneinander oder am Telefon. Nicht in diesem Chat.`,
    readHow: (name: string) =>
      `${name} öffnet „Leute“, dann sich selbst, und liest dir den eigenen Fingerabdruck vor. Vergleich jeden Teil hiermit:`,
    scanHow: (name: string) =>
      `${name} öffnet „Leute“, dann sich selbst, dann „Meinen als QR-Code zeigen“. Richte deine Kamera darauf.`,
    same: "Sie sind gleich",
    differs: "Sie sind verschieden",
    checkedOn: (date: string, how: string) => `Von dir geprüft, ${date}, ${how}`,
    checkedText:
      "Das Zeichen hängt an der Person, nicht am Namen, und du siehst es in jedem Raum. Niemand sonst sieht es.",
    unmark: "Zeichen wegnehmen",
    failed: "Das Zeichen ließ sich nicht speichern. Lade die Seite neu und versuch es noch einmal.",
    differsTitle: (name: string) => `Dann ist das vielleicht nicht ${name}`,
    otherCode: (name: string) => `Dieser Code gehört nicht ${name} und niemandem sonst hier`,
    differsText: (name: string) =>
      `Vergleicht noch einmal: ein Wort ist schnell verlesen. Bleibt es verschieden, ist jemand anderes unter dem Namen ${name} in diesem Raum. Schreib nichts, was nur ${name} lesen darf, und sag es den anderen.`,
    codeOf: (whose: string, name: string) => `Das ist der Code von ${whose}, nicht von ${name}`,
    ownCode: "Das ist dein eigener Code",
    noPerson: "Das ist kein Fingerabdruck",
    noPersonText: (name: string) =>
      `In diesem Code steht etwas anderes. Es sollte der auf dem Bildschirm von ${name} sein.`,
    showMine: (name: string) => `Mein Code, für ${name}`,
    never:
      "Zum Reden braucht ihr das nie. Es stellt sicher, dass der Server niemand anderen an diese Stelle gesetzt hat.",
    cameraOn: "Kamera öffnen",
    cameraOff: "Kamera schließen",
    cameraView: "Was die Kamera sieht",
    cameraDenied:
      "Der Browser lässt diese Seite nicht an die Kamera. Erlaube es in der Adresszeile, oder wähl ein Bild aus.",
    cameraNone:
      "Hier gibt es keine Kamera, die diese Seite benutzen könnte. Wähl ein Bild des Codes aus, oder füg es ein.",
    looking: "Sucht einen Code …",
    picture: "Bild auswählen",
    noCode: "In diesem Bild ist kein QR-Code zu lesen.",
  },
});
