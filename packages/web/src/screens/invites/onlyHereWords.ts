import { words } from "../../words/words.js";

export const t = words({
  en: {
    onlyHere:
      "The server is on this computer, so the link works only on this computer: in another browser, or a private window.",
  },
  de: {
    onlyHere:
      "Der Server ist auf diesem Computer, also geht der Link nur auf diesem Computer: in einem anderen Browser oder einem privaten Fenster.",
  },
});
