import { words } from "../../words/words.js";

export const t = words({
  en: {
    leaveTitle: (room: string) => `Leave “${room}”?`,
    leaveText:
      "The others see that you left. You read nothing that is said from then on; what you have stays on this device until you forget the room. To come back you need an invite.",
    leaveAloneText:
      "You are the only one here: with you the room ends. What you have stays on this device until you forget it.",
    leaveYes: "Leave",
  },
  de: {
    leaveTitle: (room: string) => `„${room}“ verlassen?`,
    leaveText:
      "Die anderen sehen, dass du gegangen bist. Was ab dann gesagt wird, liest du nicht; was du hast, bleibt auf diesem Gerät, bis du den Raum vergisst. Zurück kommst du nur mit einer Einladung.",
    leaveAloneText:
      "Du bist allein hier: mit dir endet der Raum. Was du hast, bleibt auf diesem Gerät, bis du ihn vergisst.",
    leaveYes: "Verlassen",
  },
});
