// Everything a screen needs to speak: see words.ts for how a catalogue is made.
export { words } from "./words.js";
export { chooseLanguage, language, languageChoice, LANGUAGE_NAMES, LANGUAGES, type Language } from "./language.js";
export { fileSize, listOf, number, percent, plural } from "./say.js";
export { ago, clockTime, date, dayHeading, fullTime, isSameDay, shortWhen } from "./when.js";
export { sayProblem } from "./problem.js";
