import type { Role, Rule } from "@conclave/client/pure";
import { listOf, plural } from "../../words/say.js";
import { words } from "../../words/words.js";

export const t = words({
  en: {
    comeBack: "If you lose this browser",
    comeBackNotYet: "You cannot recover this room yet",
    comeBackPreparing:
      "Your recovery words will bring you back into this room as soon as its server has answered. Until then, losing this browser means losing the room.",
    comeBackText:
      "Your recovery words can bring you back into this room, as its owner, even while everybody else sleeps. Whoever has the words can then come in as you, and so can whoever has a lost browser of yours: keep them well.",
    comeBackDo: "Make it possible",
    comeBackReady:
      "Your recovery words bring you back into this room, with any of its links, also one that is over. The lost device is then out.",
    comeBackLink: "A link to keep with your words",
    comeBackHint: "It lets nobody in who does not have your words.",
    title: "Room and rules",
    name: "Name of the room",
    nameFirst: "Type a name for the room.",
    nameByAdmins: "Admins and owners can give it another name.",
    rename: "Rename",
    save: "Save",
    cancel: "Cancel",
    rules: "Who decides",
    isSealed: "This room is sealed: its people, roles and rules stay as they are, for ever.",
    changeRules: "Change the rules",
    changeRulesYes: "Change them",
    changeRulesText:
      "Everybody sees the change, with your name on it. From then on the new rules hold, also for changing them back.",
    rulesByOthers: "By these rules it is not yours to change them.",
    howMany: "How many admins must agree",
    codes: "Codes to compare",
    codesText: "Room code, people code and your own",
    decisions: "Decisions",
    decisionsText: "Everything that was decided here",
    invites: "Invites",
    invitesText: "Links into this room",
    alarms: "Alarms",
    alarmsText: "Warnings about this server",
    openAlarms: (count: number) => plural(count, { one: "# alarm to look at", other: "# alarms to look at" }),
    server: "Server",
    serverText:
      "It carries the messages and cannot read them, nor let anybody in. It sees who connects from where, when, and how much.",
    seal: "Seal the room",
    sealText: "For a circle that is complete: nobody can ever be let in, or removed.",
    sealDo: "Seal…",
    sealTitle: (room: string) => `Seal “${room}” for ever?`,
    sealDoes:
      "Nobody joins any more and nobody is removed; roles and rules stay as they are now. People can still leave and take out their own devices.",
    sealNot: "Nobody can undo it: not you, not all of you together, not the server.",
    sealType: (room: string) => `Type the name of the room to confirm: ${room}`,
    sealTyped: "That is not the name of the room.",
    sealYes: "Seal for ever",
    leave: "Leave the room",
    leaveTitle: (room: string) => `Leave “${room}”?`,
    leaveText:
      "The others see that you left. You read nothing that is said from then on; what you have stays on this device until you forget the room. To come back you need an invite.",
    leaveAloneText:
      "You are the only one here: with you the room ends. What you have stays on this device until you forget it.",
    leaveYes: "Leave",
    lastOwner: "You are the only owner",
    lastOwnerText: "Before you leave, somebody else has to own the room: hand it over, or make a second owner.",
    toPeople: "Choose somebody",
    isOut: "You are not in this room any more. What you have of it is on this device alone.",
    forget: "Forget this room",
  },
  de: {
    comeBack: "Falls du diesen Browser verlierst",
    comeBackNotYet: "Diesen Raum kannst du noch nicht wiederherstellen",
    comeBackPreparing:
      "Deine 24 Wörter bringen dich in diesen Raum zurück, sobald sein Server geantwortet hat. Bis dahin ist mit diesem Browser auch der Raum verloren.",
    comeBackText:
      "Deine 24 Wörter können dich in diesen Raum zurückbringen, als Besitzer:in, auch während alle anderen schlafen. Wer die Wörter hat, kann dann als du hereinkommen, und wer einen verlorenen Browser von dir hat, auch: bewahr sie gut auf.",
    comeBackDo: "Möglich machen",
    comeBackReady:
      "Deine 24 Wörter bringen dich in diesen Raum zurück, mit jedem seiner Links, auch einem, der nicht mehr gilt. Das verlorene Gerät ist dann draußen.",
    comeBackLink: "Ein Link, den du zu deinen Wörtern legst",
    comeBackHint: "Er lässt niemanden herein, der deine Wörter nicht hat.",
    title: "Raum und Regeln",
    name: "Name des Raums",
    nameFirst: "Gib dem Raum einen Namen.",
    nameByAdmins: "Admins, und wem der Raum gehört, können ihn anders nennen.",
    rename: "Umbenennen",
    save: "Speichern",
    cancel: "Abbrechen",
    rules: "Wer entscheidet",
    isSealed: "Dieser Raum ist versiegelt: Leute, Rollen und Regeln bleiben, wie sie sind, für immer.",
    changeRules: "Regeln ändern",
    changeRulesYes: "Ändern",
    changeRulesText:
      "Alle sehen die Änderung, mit deinem Namen. Von da an gelten die neuen Regeln, auch dafür, sie zurückzuändern.",
    rulesByOthers: "Nach diesen Regeln änderst nicht du sie.",
    howMany: "Wie viele Admins zustimmen müssen",
    codes: "Codes zum Vergleichen",
    codesText: "Raumcode, Leutecode und dein eigener",
    decisions: "Entscheidungen",
    decisionsText: "Alles, was hier entschieden wurde",
    invites: "Einladungen",
    invitesText: "Links in diesen Raum",
    alarms: "Alarme",
    alarmsText: "Was dieses Gerät sah und was nicht stimmt",
    openAlarms: (count: number) => plural(count, { one: "# Alarm zum Ansehen", other: "# Alarme zum Ansehen" }),
    server: "Server",
    serverText:
      "Er trägt die Nachrichten, kann sie aber nicht lesen und niemanden hereinlassen. Er sieht, wer sich von wo verbindet, wann, und wie viel.",
    seal: "Den Raum versiegeln",
    sealText: "Für einen Kreis, der vollständig ist: niemand kann je hereingelassen oder hinausgebeten werden.",
    sealDo: "Versiegeln …",
    sealTitle: (room: string) => `„${room}“ für immer versiegeln?`,
    sealDoes:
      "Niemand kommt mehr herein, niemand muss gehen; Rollen und Regeln bleiben, wie sie jetzt sind. Gehen und eigene Geräte herausnehmen kann man weiterhin.",
    sealNot: "Niemand kann es rückgängig machen: nicht du, nicht ihr alle zusammen, nicht der Server.",
    sealType: (room: string) => `Tipp zur Bestätigung den Namen des Raums: ${room}`,
    sealTyped: "Das ist nicht der Name des Raums.",
    sealYes: "Für immer versiegeln",
    leave: "Den Raum verlassen",
    leaveTitle: (room: string) => `„${room}“ verlassen?`,
    leaveText:
      "Die anderen sehen, dass du gegangen bist. Was ab dann gesagt wird, liest du nicht; was du hast, bleibt auf diesem Gerät, bis du den Raum vergisst. Zurück kommst du nur mit einer Einladung.",
    leaveAloneText:
      "Du bist allein hier: mit dir endet der Raum. Was du hast, bleibt auf diesem Gerät, bis du ihn vergisst.",
    leaveYes: "Verlassen",
    lastOwner: "Der Raum gehört nur dir",
    lastOwnerText: "Bevor du gehst, muss er noch jemandem gehören: übergib ihn, oder gib ihn jemandem mit in Besitz.",
    toPeople: "Jemanden auswählen",
    isOut: "Du bist nicht mehr in diesem Raum. Was du davon hast, ist nur auf diesem Gerät.",
    forget: "Diesen Raum vergessen",
  },
});

/** What a rule is about. */
export const matterNames = words({
  en: {
    add: "Let people in",
    invite: "Make invites",
    remove: "Remove people",
    setRole: "Give roles",
    setPolicy: "Change these rules",
  },
  de: {
    add: "Hereinlassen",
    invite: "Einladen",
    remove: "Leute entfernen",
    setRole: "Rollen vergeben",
    setPolicy: "Diese Regeln ändern",
  },
});

const rules = words({
  en: {
    nobody: "nobody",
    self: "whom it concerns",
    owner: "an owner",
    admin: "any admin",
    member: "anyone here",
    quorum: (count: number) => plural(count, { one: "# admin", other: "# admins together" }),
    quorumOwners: (count: number) => plural(count, { one: "# owner", other: "# owners together" }),
    quorumMembers: (count: number) => plural(count, { one: "anyone here", other: "# people together" }),
    half: "at least half of them",
    majority: "more than half of all",
    unanimous: "everybody together",
    invite: "whoever has an invite",
  },
  de: {
    nobody: "niemand",
    self: "wen es betrifft",
    owner: "wem der Raum gehört",
    admin: "jeder Admin",
    member: "alle hier",
    quorum: (count: number) => plural(count, { one: "# Admin", other: "# Admins gemeinsam" }),
    quorumOwners: (count: number) =>
      plural(count, { one: "# Person, der er gehört", other: "# Leute, denen er gehört" }),
    quorumMembers: (count: number) => plural(count, { one: "alle hier", other: "# Leute gemeinsam" }),
    half: "mindestens die Hälfte",
    majority: "mehr als die Hälfte",
    unanimous: "alle gemeinsam",
    invite: "wer eine Einladung hat",
  },
});

const QUORUM = { owner: "quorumOwners", admin: "quorum", member: "quorumMembers" } as const satisfies Record<
  Role,
  string
>;

/** A rule in plain words: "2 admins together or whoever has an invite". */
export function sayRule(rule: Rule): string {
  switch (rule.kind) {
    case "role":
      return rules[rule.role];
    case "quorum": {
      const some = rules[QUORUM[rule.role]](rule.count);
      return rule.half ? `${some} (${rules.half})` : some;
    }
    case "anyMember":
      return rules.member;
    case "anyOf":
      return listOf(rule.rules.map(sayRule), "or");
    default:
      return rules[rule.kind];
  }
}
