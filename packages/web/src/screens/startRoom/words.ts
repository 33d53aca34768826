import { words } from "../../words/index.js";

export const t = words({
  en: {
    title: "Start a room",
    lead: "It is yours, and you invite people. The server only carries sealed messages.",
    yourName: "Your name",
    yourNameHint: "How people in this room see you.",
    roomName: "Name of the room",
    roomExample: "Garden club",
    whoDecides: "Who decides?",
    usual: "Usual",
    howMany: "How many admins must agree",
    howManyHint: "Until there are that many admins, all of them must agree: at first, you alone.",
    changeLater: "You can change the rules later.",
    advanced: "Server",
    relay: "Address of the server that carries the room",
    relayHint: "It cannot be changed later. This page's own server is the usual one.",
    relayForbidden: (host: string) =>
      `This page may not connect to ${host}. Open Conclave at that server's own address, or run “conclave web” on your machine.`,
    permit: "Permit",
    permitHint: "Some servers let only people with a permit start rooms. Whoever runs the server gives it to you.",
    create: "Start the room",
    unreachable: (host: string) =>
      `${host} does not answer. A new room needs its server for a moment. What you typed is kept: try again when there is a connection.`,
    nameFirst: "Type a name for yourself.",
    roomFirst: "Type a name for the room.",
    tooLong: "That is too long: at most 128 letters.",
    badLetters: "This has characters that cannot be shown in a name.",
    step: (now: number, all: number) => `Step ${now} of ${all}`,
    ready: (room: string) => `“${room}” is open`,
    wordsLead:
      "Before the first message: these 24 words are you. If this browser is wiped or lost, only they bring you back. Nobody can reset them.",
    inviteTitle: "Invite people",
    inviteLead: "The link works for a week. Anyone who has it joins right away: send it only to people you want here.",
    inviteLeadAsk:
      "The link works for a week. Anyone who has it can ask to join, and those who decide here approve each person.",
    openRoom: "Go to the room",
    skip: "Later",
  },
  de: {
    title: "Raum gründen",
    lead: "Du gründest ihn, du lädst ein. Der Server trägt nur versiegelte Nachrichten.",
    yourName: "Dein Name",
    yourNameHint: "So sehen dich die Leute in diesem Raum.",
    roomName: "Name des Raums",
    roomExample: "Gartenverein",
    whoDecides: "Wer entscheidet?",
    usual: "Üblich",
    howMany: "Wie viele Admins zustimmen müssen",
    howManyHint: "Solange es weniger Admins gibt, müssen alle zustimmen: am Anfang du allein.",
    changeLater: "Die Regeln lassen sich später ändern, von denen, die es dürfen.",
    advanced: "Server",
    relay: "Adresse des Servers, der den Raum trägt",
    relayHint: "Sie lässt sich später nicht ändern. Üblich ist der Server dieser Seite.",
    relayForbidden: (host: string) =>
      `Diese Seite darf sich nicht mit ${host} verbinden. Öffne Conclave an der Adresse dieses Servers, oder starte „conclave web“ auf deinem Rechner.`,
    permit: "Erlaubnis",
    permitHint:
      "Manche Server lassen nur Leute mit einer Erlaubnis Räume gründen. Du bekommst sie von dem, der ihn betreibt.",
    create: "Raum gründen",
    unreachable: (host: string) =>
      `${host} antwortet nicht. Ein neuer Raum braucht seinen Server für einen Augenblick. Was du eingetippt hast, bleibt: versuch es noch einmal, wenn es eine Verbindung gibt.`,
    nameFirst: "Gib dir einen Namen.",
    roomFirst: "Gib dem Raum einen Namen.",
    tooLong: "Das ist zu lang: höchstens 128 Zeichen.",
    badLetters: "Das enthält Zeichen, die in einem Namen nicht gezeigt werden können.",
    step: (now: number, all: number) => `Schritt ${now} von ${all}`,
    ready: (room: string) => `„${room}“ ist offen`,
    wordsLead:
      "Vor der ersten Nachricht: diese 24 Wörter bist du. Wird dieser Browser gelöscht oder geht er verloren, bringen nur sie dich zurück. Niemand kann sie zurücksetzen.",
    inviteTitle: "Leute einladen",
    inviteLead:
      "Der Link gilt eine Woche. Wer ihn hat, ist sofort drin: Schick ihn nur Leuten, die du hier haben möchtest.",
    inviteLeadAsk:
      "Der Link gilt eine Woche. Wer ihn hat, kann anfragen, und wer hier entscheidet, stimmt jeder Person zu.",
    openRoom: "Zum Raum",
    skip: "Später",
  },
});
