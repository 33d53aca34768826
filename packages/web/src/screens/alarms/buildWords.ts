import { words } from "../../words/words.js";

export const t = words({
  en: {
    newBuild: (version: string) => `This server now serves another Conclave (version ${version})`,
    newBuildText:
      "You still use the one that you had. An update looks the same as an attack from here: if the other one was announced, take it; else ask whoever runs the server.",
    faultyBuild: "This server serves a Conclave that does not match its own list of files",
    faultyBuildText: "It cannot be taken. You still use the one that you had. Ask whoever runs the server.",
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
    takeBuild: "Das neue benutzen",
    keepBuild: "Meins behalten",
    compareBuild: "Vergleichen",
  },
});
