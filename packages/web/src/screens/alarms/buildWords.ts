import { words } from "../../words/words.js";

export const t = words({
  en: {
    newBuild: (version: string) => `This server now serves another Conclave (version ${version})`,
    newBuildText:
      "You still use the one that you had. An update looks the same as an attack from here: if the other one was announced, take it; else ask whoever runs the server.",
    faultyBuild: "This server serves a Conclave that does not match its own list of files",
    faultyBuildText: "It cannot be taken. You still use the one that you had. Ask whoever runs the server.",
    replaced: "The server has changed what loads Conclave in this browser, and you did not agree to it",
    replacedText:
      "This page is still the one that you had, and its messages are safe. After a reload it may be another. Do not type your words or a passphrase at this address any more. Ask whoever runs the server, and open Conclave from elsewhere.",
    takeBuild: "Use the new one",
    keepBuild: "Keep mine",
    compareBuild: "Compare",
  },
  de: {
    newBuild: (version: string) => `Dieser Server liefert jetzt ein anderes Conclave (Version ${version})`,
    newBuildText:
      "Du benutzt weiter das, das du hattest. Von hier aus sieht ein Update aus wie ein Angriff: wurde das neue angekündigt, nimm es; sonst frag, wer den Server betreibt.",
    faultyBuild: "Dieser Server liefert ein Conclave, das nicht zu seiner eigenen Dateiliste passt",
    faultyBuildText:
      "Man kann es nicht übernehmen. Du benutzt weiter das, das du hattest. Frag, wer den Server betreibt.",
    replaced: "Der Server hat ausgetauscht, was Conclave in diesem Browser lädt, und du hast nicht zugestimmt",
    replacedText:
      "Diese Seite ist noch die, die du hattest, und ihre Nachrichten sind sicher. Neu geladen ist sie vielleicht eine andere. Tipp an dieser Adresse deine Wörter und Passphrasen nicht mehr ein. Frag, wer den Server betreibt, und öffne Conclave von anderswo.",
    takeBuild: "Das neue benutzen",
    keepBuild: "Meins behalten",
    compareBuild: "Vergleichen",
  },
});
