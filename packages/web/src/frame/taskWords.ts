import { words } from "../words/index.js";

export const t = words({ en: { back: "Back" }, de: { back: "Zurück" } });
