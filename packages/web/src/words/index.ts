// Everything a screen needs to speak: see words.ts for how a catalogue is made.
export { words } from "./words.js";
export { chooseLanguage, language, languageChoice, languageName } from "./language.js";
export { fileSize, listOf, number, percent } from "./say.js";
export { ago, clockTime, date, dayHeading, fullTime, isSameDay, shortWhen } from "./when.js";
export { sayProblem } from "./problem.js";
