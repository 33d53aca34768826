import { words } from "../../words/words.js";

export const t = words({
  en: {
    title: "You cannot recover this room yet",
    text: "If you lost this browser now, your words would not bring you back here. Conclave keeps trying, by itself.",
    look: "More",
  },
  de: {
    title: "Diesen Raum kannst du noch nicht wiederherstellen",
    text: "Ginge dieser Browser jetzt verloren, brächten dich deine Wörter nicht hierher zurück. Conclave versucht es von selbst weiter.",
    look: "Mehr",
  },
});
