import { words } from "../../words/words.js";

export const t = words({
  en: {
    remindTitle: "Your words are not written down yet",
    remindText: "If this browser is wiped, nothing else brings you back.",
    remindShow: "Show them",
    remindLater: "Not today",
    ownerTitle: (room: string) => `You are the only owner of “${room}”`,
    ownerText: "If you lose this device and your words, it has no owner.",
    ownerShow: "Add an owner",
    ownerLater: "Not now",
  },
  de: {
    remindTitle: "Deine Wörter sind noch nicht aufgeschrieben",
    remindText: "Wird dieser Browser gelöscht, bringt dich sonst nichts zurück.",
    remindShow: "Zeigen",
    remindLater: "Heute nicht",
    ownerTitle: (room: string) => `„${room}“ gehört nur dir`,
    ownerText: "Verlierst du dieses Gerät und deine Wörter, gehört er niemandem mehr.",
    ownerShow: "Noch jemandem geben",
    ownerLater: "Nicht jetzt",
  },
});
