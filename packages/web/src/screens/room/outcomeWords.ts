import { plural } from "../../words/say.js";
import { words } from "../../words/words.js";

/** What is so after a decision. `name`: of the person it is about, or what something is called now. */
export const outcomes = words({
  en: {
    add: (name: string) => `${name} is in.`,
    remove: (name: string) => `${name} was removed.`,
    ban: (name: string) => `${name} was removed for good.`,
    toMember: (name: string) => `${name} is no longer an admin.`,
    toAdmin: (name: string) => `${name} is now an admin.`,
    toOwner: (name: string) => `${name} is now an owner.`,
    transferOwnership: (name: string) => `${name} now owns the room. You are an admin.`,
    setPolicy: (name: string) => (name === "" ? "The new rules apply." : `The rules are now: ${name}.`),
    setTitle: (name: string) => `The room is now called “${name}”.`,
    seal: (_name: string) => "The room is sealed.",
    createInvite: (_name: string) => "The invite link works now.",
    revokeInvite: (_name: string) => "The link is closed.",
    ready: (_name: string) => "Your recovery words can now bring you back into this room.",
    other: (_name: string) => "It is decided.",
    approved: (what: string) => `Approved. ${what}`,
    approvedMore: (count: number) =>
      plural(count, { one: "Approved. # more approval is needed.", other: "Approved. # more approvals are needed." }),
    approvedLast: "Approved. That was the last approval needed.",
    asked: (count: number) =>
      plural(count, {
        one: "The others are asked: # more approval is needed.",
        other: "The others are asked: # more approvals are needed.",
      }),
    undo: "Undo",
    onceMore: "Now decide it once more.",
    closed: "Conclave was closed on this device. Reload the page.",
  },
  de: {
    add: (name: string) => `${name} ist drin.`,
    remove: (name: string) => `${name} wurde entfernt.`,
    ban: (name: string) => `${name} wurde endgültig entfernt.`,
    toMember: (name: string) => `${name} ist nicht mehr Admin.`,
    toAdmin: (name: string) => `${name} ist jetzt Admin.`,
    toOwner: (name: string) => `${name} gehört der Raum jetzt mit.`,
    transferOwnership: (name: string) => `Der Raum gehört jetzt ${name}. Du bist Admin.`,
    setPolicy: (name: string) => (name === "" ? "Die neuen Regeln gelten." : `Die Regeln sind jetzt: ${name}.`),
    setTitle: (name: string) => `Der Raum heißt jetzt „${name}“.`,
    seal: (_name: string) => "Der Raum ist versiegelt.",
    createInvite: (_name: string) => "Der Einladungslink gilt jetzt.",
    revokeInvite: (_name: string) => "Der Link ist geschlossen.",
    ready: (_name: string) => "Deine 24 Wörter können dich jetzt in diesen Raum zurückbringen.",
    other: (_name: string) => "Das ist entschieden.",
    approved: (what: string) => `Zugestimmt. ${what}`,
    approvedMore: (count: number) =>
      plural(count, { one: "Zugestimmt. Noch # Ja fehlt.", other: "Zugestimmt. Noch # Ja fehlen." }),
    approvedLast: "Zugestimmt. Das war das letzte Ja, das fehlte.",
    asked: (count: number) =>
      plural(count, {
        one: "Die anderen werden gefragt: noch # Ja fehlt.",
        other: "Die anderen werden gefragt: noch # Ja fehlen.",
      }),
    undo: "Rückgängig",
    onceMore: "Entscheide es jetzt noch einmal.",
    closed: "Conclave wurde auf diesem Gerät geschlossen. Lade die Seite neu.",
  },
});
