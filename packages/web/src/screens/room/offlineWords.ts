import { words } from "../../words/words.js";

/** Of a server that does not answer. */
export const t = words({
  en: {
    title: (host: string) => `${host} does not answer`,
    text: "What you write goes out when it does.",
    again: "Try now",
    trying: "Trying…",
  },
  de: {
    title: (host: string) => `${host} antwortet nicht`,
    text: "Was du schreibst, geht dann hinaus.",
    again: "Jetzt versuchen",
    trying: "Wird versucht …",
  },
});
