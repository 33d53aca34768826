import { clock } from "@conclave/words/clock";
import { askToConfirm } from "../design/Confirm.js";
import { words } from "../words/words.js";
import { home } from "./home.js";

const t = words(clock);

/** Asks whether this device's clock is right, where others' say something else; with a yes it is believed from now on. */
export async function askClock(): Promise<boolean> {
  const now = new Date().toLocaleString(document.documentElement.lang);
  const isRight = await askToConfirm({ title: t.title, body: t.text({ now }), yes: t.yes, no: t.no });
  if (isRight) await home().home.trustClock();
  return isRight;
}
