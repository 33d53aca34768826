import type { RoomStatus } from "@conclave/client";
import { words } from "../../words/words.js";

const t = words({
  en: {
    founding: "The room is being set up. You can write as soon as the server has it.",
    joining: "You are on your way in. You can write as soon as the room has taken you in.",
    asking: "Somebody has to let you in first. You can leave this page: it goes on by itself.",
    removed: "You were removed from this room. What you have read stays here; you cannot read on or write.",
    leaving:
      "You have asked to leave this room. Nothing more is sent from here, and what the others say from now on is not shown.",
    left: "You have left this room. What you have read stays here.",
    lost: "You did not come in: the invite was used up or ended before the room took you in. Ask for a new one.",
    restored: "This device was restored from a copy, so it cannot write. The alarm above says how you come back.",
    alarm: "You can write again when you have looked at the alarm above.",
    update_needed: "The room uses something that this version does not know. Update Conclave to write here.",
    failed: "The storage of this browser failed. Reload the page to go on.",
  },
  de: {
    founding: "Der Raum wird eingerichtet. Du kannst schreiben, sobald der Server ihn hat.",
    joining: "Du bist auf dem Weg hinein. Du kannst schreiben, sobald der Raum dich aufgenommen hat.",
    asking: "Jemand muss dich erst hereinlassen. Du kannst diese Seite verlassen: es geht von selbst weiter.",
    removed:
      "Du wurdest aus diesem Raum entfernt. Was du gelesen hast, bleibt hier; mitlesen und schreiben kannst du nicht.",
    leaving:
      "Du willst diesen Raum verlassen. Von hier wird nichts mehr gesendet, und was die anderen jetzt noch sagen, wird nicht gezeigt.",
    left: "Du hast diesen Raum verlassen. Was du gelesen hast, bleibt hier.",
    lost: "Du bist nicht hineingekommen: die Einladung war verbraucht oder beendet, bevor der Raum dich aufnahm. Bitte um eine neue.",
    restored:
      "Dieses Gerät wurde aus einer Kopie wiederhergestellt, darum kann es nicht schreiben. Der Alarm oben sagt, wie du zurückkommst.",
    alarm: "Du kannst wieder schreiben, wenn du dir den Alarm oben angesehen hast.",
    update_needed:
      "Der Raum benutzt etwas, das diese Version nicht kennt. Aktualisiere Conclave, um hier zu schreiben.",
    failed: "Der Speicher dieses Browsers hat versagt. Lade die Seite neu, um weiterzumachen.",
  },
});

/** Why nothing can be written in a room just now, as a sentence; null when it can. Being offline is no reason. */
export function whyNotWriting({ standing, paused, isLeaving }: RoomStatus): string | null {
  if (standing !== "member") return t[standing];
  if (isLeaving) return t.leaving;
  return paused ? t[paused.why] : null;
}
