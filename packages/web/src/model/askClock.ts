import { confirm } from "../design/Confirm.js";
import { words } from "../words/words.js";
import { home } from "./home.js";

const t = words({
  en: {
    title: "Is this device's clock right?",
    text: (now: string) =>
      `It says ${now}, and the server's clock is far from that. What is decided bears this device's time for ever, and links end by it. If the clock is wrong, set it right first.`,
    yes: "It is right",
    no: "Do nothing",
  },
  de: {
    title: "Geht die Uhr dieses Geräts richtig?",
    text: (now: string) =>
      `Sie zeigt ${now}, und die Uhr des Servers ist weit davon entfernt. Entscheidungen tragen für immer die Zeit dieses Geräts, und Links enden danach. Geht sie falsch, stell sie erst richtig.`,
    yes: "Sie geht richtig",
    no: "Nichts tun",
  },
});

/** Asks whether this device's clock is right, where others' say something else; with a yes it is believed from now on. */
export async function askClock(): Promise<boolean> {
  const now = new Date().toLocaleString(document.documentElement.lang);
  const isRight = await confirm({ title: t.title, body: t.text(now), yes: t.yes, no: t.no });
  if (isRight) await home().home.trustClock();
  return isRight;
}
