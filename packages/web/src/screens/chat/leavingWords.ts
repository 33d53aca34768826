import { words } from "../../words/words.js";

export const t = words({
  en: {
    until: "You are out as soon as somebody else in the room is online. Until then you can still change your mind.",
    stay: "Stay in the room",
    stayed: "You stay. What was said meanwhile is shown again.",
    tooLate: "It was too late: you have left.",
  },
  de: {
    until:
      "Du bist draußen, sobald jemand anderes im Raum online ist. Bis dahin kannst du es dir noch anders überlegen.",
    stay: "Im Raum bleiben",
    stayed: "Du bleibst. Was inzwischen gesagt wurde, siehst du wieder.",
    tooLate: "Es war zu spät: du hast den Raum verlassen.",
  },
});
