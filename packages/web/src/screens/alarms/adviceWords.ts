import type { TimelineAlarm } from "@conclave/client";
import { type AlarmCode, isClaim } from "@conclave/client/pure";

import { words } from "../../words/words.js";

/** What it means, in plain words. */
export function meaningOf({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  return isClaim({ code, person }) ? special.claimMeans : meanings[code];
}

const meanings = words({
  en: {
    FORK: "Somebody in this room was shown other people or other messages than you. Either of you may be talking to a smaller room than you think.",
    ROLLBACK: "The server may be hiding what happened since: that somebody was removed, or what was said.",
    EQUIVOCATION:
      "It told one of you something else than another, and signed both. That is not an accident of the network.",
    BAD_RECEIPT:
      "The server did not sign what it delivered, or signed something else. What it delivers is still checked line by line.",
    WITHHELD:
      "It calls something deleted that no honest server deletes. It may be hiding a change: that somebody was removed, for example. Nothing is sent until it gives what is missing.",
    SHUT_OUT:
      "The others may have gone on without you, or without somebody whom you still see here. Nothing is sent, so that nobody reads it who should not.",
    REFUSED_CHANGE:
      "A member's device tried to change who is here, or how, without the right to. All members refuse it by themselves: nothing changed.",
    ALTERED:
      "Part of it does not belong to what its author signed. Anything on the way can have put that there, so nobody in this room is accused. It changes nothing.",
    JUNK: "It can be a fault of the server, or a try to confuse the room. It changes nothing: nobody in here can have sent it.",
    BAD_MESSAGE: "A member's device sent something that is not what it claims to be. It was left out.",
    RESTORED:
      "The room holds messages of this device that it does not remember. To go on would use keys twice; so it may not.",
  },
  de: {
    FORK: "Jemandem in diesem Raum wurden andere Leute oder andere Nachrichten gezeigt als dir. Einer von euch spricht vielleicht mit weniger Leuten, als er glaubt.",
    ROLLBACK: "Vielleicht verbirgt der Server, was seither geschah: dass jemand entfernt wurde, oder was gesagt wurde.",
    EQUIVOCATION:
      "Er hat einem von euch etwas anderes gesagt als anderen, und beides unterschrieben. Das ist keine Störung des Netzes.",
    BAD_RECEIPT:
      "Der Server hat nicht unterschrieben, was er geliefert hat, oder etwas anderes. Was er liefert, wird weiter Zeile für Zeile geprüft.",
    WITHHELD:
      "Er nennt etwas gelöscht, das kein ehrlicher Server löscht. Vielleicht verbirgt er eine Änderung: dass jemand entfernt wurde, zum Beispiel. Bis er gibt, was fehlt, wird nichts gesendet.",
    SHUT_OUT:
      "Vielleicht sind die anderen ohne dich weitergegangen, oder ohne jemanden, den du hier noch siehst. Es wird nichts gesendet, damit es niemand liest, der es nicht soll.",
    REFUSED_CHANGE:
      "Das Gerät eines Mitglieds wollte ändern, wer hier ist, oder wie, ohne das Recht dazu. Alle Mitglieder lehnen das von selbst ab: nichts hat sich geändert.",
    ALTERED:
      "Ein Teil davon gehört nicht zu dem, was der Absender unterschrieben hat. Jeder, der es weitergibt, kann das hineingetan haben: niemand in diesem Raum wird beschuldigt. Es ändert nichts.",
    JUNK: "Das kann ein Fehler des Servers sein, oder ein Versuch, den Raum zu verwirren. Es ändert nichts: niemand hier kann es gesendet haben.",
    BAD_MESSAGE: "Das Gerät eines Mitglieds hat etwas gesendet, das nicht ist, was es vorgibt. Es wurde weggelassen.",
    RESTORED:
      "Im Raum sind Nachrichten dieses Geräts, an die es sich nicht erinnert. Weiterzumachen hieße, Schlüssel zweimal zu benutzen; also darf es nicht.",
  },
}) satisfies Record<AlarmCode, string>;

/** What is said where nobody is known whom one could talk to, and where it is a member's word. */
const special = words({
  en: {
    unnamed: "There is nothing to do: whose device it was cannot be told.",
    claimMeans:
      "Either the server shows different people different rooms, or that device does not tell the truth. This device has seen nothing wrong itself.",
    claim:
      "Compare the room code with that person by telephone or in person. If it is the same, ask them what their device is doing. If it differs, stop using this server.",
  },
  de: {
    unnamed: "Zu tun ist nichts: wessen Gerät es war, lässt sich nicht sagen.",
    claimMeans:
      "Entweder zeigt der Server verschiedenen Leuten verschiedene Räume, oder jenes Gerät sagt nicht die Wahrheit. Dieses Gerät hat selbst nichts Falsches gesehen.",
    claim:
      "Vergleich den Raumcode mit dieser Person am Telefon oder persönlich. Ist er gleich, frag sie, was ihr Gerät tut. Ist er verschieden, benutzt diesen Server nicht mehr.",
  },
});

/** What to do about an alarm: only what there are the means for. */
export function adviceFor({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  if (isClaim({ code, person })) return special.claim;
  const isNamed = person !== null || (code !== "REFUSED_CHANGE" && code !== "BAD_MESSAGE");
  return isNamed ? advice[code] : special.unnamed;
}

const advice = words({
  en: {
    FORK: "Compare the room code with the others by telephone or in person. If it differs, stop using this server.",
    ROLLBACK:
      "Ask the others what is newest there. An old backup that was put back does this too: ask who runs the server. If it keeps showing less, start a new room on another.",
    EQUIVOCATION:
      "Save the proof and show it to the others: the server signed it itself. If who runs it cannot explain that, start a new room on another server.",
    BAD_RECEIPT: "If it comes again, tell the person who runs the server.",
    WITHHELD:
      "Ask the others by telephone or in person what has happened here. If it stays like this, stop using this server.",
    SHUT_OUT: "Ask the others by telephone or in person who is in this room, and compare the room code.",
    REFUSED_CHANGE: "Talk to the person. Whoever may, can remove them.",
    ALTERED: "If it comes again, tell the person who runs the server.",
    JUNK: "If it comes again, tell the person who runs the server.",
    BAD_MESSAGE: "If it comes again, talk to the person whose device it is.",
    RESTORED:
      "Come back as a new device, where your recovery words bring you back. Else ask somebody in the room to remove you, and to let you in again by a new invite where one has to ask.",
  },
  de: {
    FORK: "Vergleicht den Raumcode am Telefon oder persönlich. Ist er verschieden, benutzt diesen Server nicht mehr.",
    ROLLBACK:
      "Frag die anderen, was bei ihnen das Neueste ist. Auch eine alte Sicherung, die eingespielt wurde, sieht so aus: frag, wer den Server betreibt. Zeigt er weiter weniger, gründet einen neuen Raum auf einem anderen.",
    EQUIVOCATION:
      "Speichere den Beweis und zeig ihn den anderen: der Server hat ihn selbst unterschrieben. Kann das niemand erklären, der ihn betreibt, gründet einen neuen Raum auf einem anderen.",
    BAD_RECEIPT: "Kommt es wieder vor, sag es dem, der den Server betreibt.",
    WITHHELD:
      "Frag die anderen am Telefon oder persönlich, was hier geschehen ist. Bleibt es so, benutzt diesen Server nicht mehr.",
    SHUT_OUT: "Frag die anderen am Telefon oder persönlich, wer in diesem Raum ist, und vergleicht den Raumcode.",
    REFUSED_CHANGE: "Sprich mit der Person. Wer darf, kann sie entfernen.",
    ALTERED: "Kommt es wieder vor, sag es dem, der den Server betreibt.",
    JUNK: "Kommt es wieder vor, sag es dem, der den Server betreibt.",
    BAD_MESSAGE: "Kommt es wieder vor, sprich mit der Person, deren Gerät es ist.",
    RESTORED:
      "Komm als neues Gerät zurück, wo deine 24 Wörter dich zurückbringen. Sonst bitte jemanden im Raum, dich zu entfernen und dich mit einer neuen Einladung, bei der man fragt, wieder hereinzulassen.",
  },
}) satisfies Record<AlarmCode, string>;
