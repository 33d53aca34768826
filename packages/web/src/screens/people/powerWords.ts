import { words } from "../../words/words.js";

/** What one may do, as a part of a list. */
export const powers = words({
  en: {
    setTitle: "rename the room",
    messages: "delete other people's messages",
    invite: "create invite links",
    add: "let people in",
    remove: "remove people",
    setRole: "give roles",
    setPolicy: "change the rules",
  },
  de: {
    setTitle: "den Raum umbenennen",
    messages: "Nachrichten anderer löschen",
    invite: "Einladungslinks machen",
    add: "Leute hereinlassen",
    remove: "Leute entfernen",
    setRole: "Rollen vergeben",
    setPolicy: "die Regeln ändern",
  },
});

/** What a new role means, before it is given. */
export const t = words({
  en: {
    owner: (name: string) => `${name} will be able to remove you and to change every rule.`,
    ownerTogether: (name: string) =>
      `${name} will have the same say as you: together with others, ${name} can remove you and change every rule.`,
    admin: (name: string, list: string) => `${name} will be able to ${list}.`,
    adminTogether: (name: string, list: string) =>
      `${name} will be able to ${list}: what several must agree to, together with the other admins.`,
    loses: (name: string) => `${name} stays in the room as a member, and loses the rights of an admin.`,
    losesOwner: (name: string) => `${name} stays in the room as an admin, and loses the rights of an owner.`,
    others: "Other people must approve this too: they are asked.",
    adminTitle: (name: string) => `Make ${name} an admin?`,
    ownerTitle: (name: string) => `Add ${name} as an owner?`,
    memberTitle: (name: string) => `Remove ${name} as an admin?`,
    notOwnerTitle: (name: string) => `Remove ${name} as an owner?`,
  },
  de: {
    owner: (name: string) => `${name} kann dich dann entfernen und jede Regel ändern.`,
    ownerTogether: (name: string) =>
      `${name} hat dann so viel zu sagen wie du: gemeinsam mit anderen kann ${name} dich entfernen und jede Regel ändern.`,
    admin: (name: string, list: string) => `${name} kann dann ${list}.`,
    adminTogether: (name: string, list: string) =>
      `${name} kann dann ${list}: wozu es mehrere braucht, gemeinsam mit den anderen Admins.`,
    loses: (name: string) => `${name} bleibt als Mitglied im Raum, ohne die Rechte von Admins.`,
    losesOwner: (name: string) => `${name} bleibt als Admin im Raum; der Raum gehört ${name} dann nicht mehr mit.`,
    others: "Andere müssen auch zustimmen: sie werden gefragt.",
    adminTitle: (name: string) => `${name} zum Admin machen?`,
    ownerTitle: (name: string) => `${name} den Raum mit in Besitz geben?`,
    memberTitle: (name: string) => `${name} die Admin-Rolle nehmen?`,
    notOwnerTitle: (name: string) => `${name} den Besitz nehmen?`,
  },
});
