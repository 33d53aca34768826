import type { AlarmCode } from "@conclave/client/pure";
import { words } from "../../words/words.js";

/** What it means, in plain words. */
export const meanings = words({
  en: {
    FORK: "Somebody in this room was shown other people or other messages than you. Either of you may be talking to a smaller room than you think.",
    ROLLBACK: "The server may be hiding what happened since: that somebody was removed, or what was said.",
    EQUIVOCATION:
      "It told one of you something else than another, and signed both. That is not an accident of the network.",
    BAD_RECEIPT:
      "The server did not sign what it delivered, or signed something else. What it delivers is still checked line by line.",
    REFUSED_CHANGE:
      "A member's device tried to change who is here, or how, without the right to. All members refuse it by themselves: nothing changed.",
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
    REFUSED_CHANGE:
      "Das Gerät eines Mitglieds wollte ändern, wer hier ist, oder wie, ohne das Recht dazu. Alle Mitglieder lehnen das von selbst ab: nichts hat sich geändert.",
    JUNK: "Das kann ein Fehler des Servers sein, oder ein Versuch, den Raum zu verwirren. Es ändert nichts: niemand hier kann es gesendet haben.",
    BAD_MESSAGE: "Das Gerät eines Mitglieds hat etwas gesendet, das nicht ist, was es vorgibt. Es wurde weggelassen.",
    RESTORED:
      "Im Raum sind Nachrichten dieses Geräts, an die es sich nicht erinnert. Weiterzumachen hieße, Schlüssel zweimal zu benutzen; also darf es nicht.",
  },
}) satisfies Record<AlarmCode, string>;

/** What to do. */
export const advice = words({
  en: {
    FORK: "Compare the room code with the others by telephone or in person. If it differs, stop using this server.",
    ROLLBACK:
      "Ask the others what is newest there. An old backup that was put back does this too: ask who runs the server. If it keeps showing less, start a new room on another.",
    EQUIVOCATION:
      "Save the proof and show it to the others: the server signed it itself. If who runs it cannot explain that, start a new room on another server.",
    BAD_RECEIPT: "If it comes again, tell whoever runs the server.",
    REFUSED_CHANGE: "Talk to the person. Whoever may, can remove them.",
    JUNK: "If it comes again, tell whoever runs the server.",
    BAD_MESSAGE: "If it comes again, talk to the person whose device it is.",
    RESTORED: "Ask somebody in the room to remove this device's place and to send you a new invite.",
  },
  de: {
    FORK: "Vergleicht den Raumcode am Telefon oder persönlich. Ist er verschieden, benutzt diesen Server nicht mehr.",
    ROLLBACK:
      "Frag die anderen, was bei ihnen das Neueste ist. Auch eine alte Sicherung, die eingespielt wurde, sieht so aus: frag, wer den Server betreibt. Zeigt er weiter weniger, gründet einen neuen Raum auf einem anderen.",
    EQUIVOCATION:
      "Speichere den Beweis und zeig ihn den anderen: der Server hat ihn selbst unterschrieben. Kann das niemand erklären, der ihn betreibt, gründet einen neuen Raum auf einem anderen.",
    BAD_RECEIPT: "Kommt es wieder vor, sag es dem, der den Server betreibt.",
    REFUSED_CHANGE: "Sprich mit der Person. Wer darf, kann sie entfernen.",
    JUNK: "Kommt es wieder vor, sag es dem, der den Server betreibt.",
    BAD_MESSAGE: "Kommt es wieder vor, sprich mit der Person, deren Gerät es ist.",
    RESTORED: "Bitte jemanden im Raum, den Platz dieses Geräts zu entfernen und dir eine neue Einladung zu schicken.",
  },
}) satisfies Record<AlarmCode, string>;
