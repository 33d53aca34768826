import { words } from "../../words/words.js";

export const t = words({
  en: {
    remindTitle: "Your words are not written down yet",
    remindText: "If this browser is wiped, nothing else brings you back.",
    remindShow: "Show them",
    remindLater: "Not today",
    ownerTitle: (room: string) => `You are the only owner of “${room}”`,
    ownerText:
      "If you lose this device and your words, nobody can decide there any more. Make somebody else an owner too.",
    ownerShow: "Choose somebody",
    ownerLater: "Not now",
  },
  de: {
    remindTitle: "Deine Wörter sind noch nicht aufgeschrieben",
    remindText: "Wird dieser Browser gelöscht, bringt dich sonst nichts zurück.",
    remindShow: "Zeigen",
    remindLater: "Heute nicht",
    ownerTitle: (room: string) => `„${room}“ gehört nur dir`,
    ownerText:
      "Verlierst du dieses Gerät und deine Wörter, kann dort niemand mehr entscheiden. Gib den Raum noch jemandem in die Hand.",
    ownerShow: "Jemanden wählen",
    ownerLater: "Nicht jetzt",
  },
});
