import type { Problem } from "@conclave/client";
import { type LinkFault, REJECTION_SENTENCES, type RejectionCode, type RelayError } from "@conclave/client/pure";
import { plural } from "./say.js";
import { words } from "./words.js";

/** Why something was not done, as one sentence for the person who wanted it. */
export function sayProblem(problem: Problem): string {
  switch (problem.kind) {
    case "refused":
      return refusal[problem.rejection.code];
    case "relay":
      return relay[problem.error];
    case "unreachable":
      return t.unreachable;
    case "behind":
      return t.behind;
    case "underway":
      return t.underway;
    case "update_needed":
      return t.updateNeeded;
    case "clock":
      return t.clock;
    case "early_form":
      return t.earlyForm;
    case "restored":
      return t.restored;
    case "unsure":
      return t.unsure;
    case "starved":
      return t.starved(problem.losses);
    case "unknown":
      return t.unknown;
    case "link":
      return linkFault[problem.fault];
    case "malformed":
      return malformed[problem.what];
    case "leaving":
      return t.leaving;
    case "not_member":
      return t.notMember;
    case "already_here":
      return t.alreadyHere;
    case "corrupted":
      return t.corrupted;
    case "too_large":
      return t.tooLarge;
    case "source":
      return t.source;
    case "cancelled":
      return t.cancelled;
    case "closed":
      return t.closed;
  }
}

const t = words({
  en: {
    unreachable: "The server does not answer. Check your connection and try again.",
    starved: (losses: number) =>
      plural(losses, {
        one: "Somebody else's change came first. Try again in a moment.",
        other: "Other people's changes came first # times. Try again in a moment.",
      }),
    behind: "The server answers, and does not give all that it says it has. Try again in a moment.",
    underway: "The server has not said yet whether it took this. It goes on by itself.",
    updateNeeded: "The room uses something that this version of Conclave does not know. Reload the page to update it.",
    restored: "This device is a copy, or was put back from a backup: it cannot send in this room any more.",
    clock:
      "This device's clock is far from the others', and a decision bears its time for ever. Set it right, then try again.",
    unsure:
      "Storing failed just now, and nobody knows yet whether this was kept. Reload the page and look, before you do it again.",
    earlyForm:
      "This room is of an early form of Conclave: what was said can be read, and nothing more can be sent or received in it. Create a new room, or join one with a link.",
    unknown: "That is not here any more.",
    leaving: "You have asked to leave this room: nothing more is sent from here.",
    notMember: "You are not in this room, or not yet.",
    alreadyHere: "You are in this room already.",
    corrupted: "This file is corrupted: what the server gave is not what was sent. Nothing of it was opened.",
    tooLarge: "The file is too large.",
    source: "The file could not be read, or it changed while it was sent.",
    cancelled: "Cancelled.",
    closed: "Conclave was closed on this device. Reload the page.",
  },
  de: {
    unreachable: "Der Server antwortet nicht. Prüf deine Verbindung und versuch es noch einmal.",
    starved: (losses: number) =>
      plural(losses, {
        one: "Eine andere Änderung kam zuerst. Versuch es gleich noch einmal.",
        other: "Andere Änderungen kamen #-mal zuerst. Versuch es gleich noch einmal.",
      }),
    behind: "Der Server antwortet, gibt aber nicht alles heraus, was er angibt. Versuch es gleich noch einmal.",
    underway: "Der Server hat noch nicht gesagt, ob er das angenommen hat. Es geht von selbst weiter.",
    updateNeeded:
      "Der Raum benutzt etwas, das diese Version von Conclave nicht kennt. Lade die Seite neu, um sie zu aktualisieren.",
    restored: "Dieses Gerät ist eine Kopie, oder kommt aus einer Sicherung: in diesem Raum kann es nicht mehr senden.",
    clock:
      "Die Uhr dieses Geräts geht ganz anders als die der anderen, und eine Entscheidung trägt ihre Zeit für immer. Stell sie richtig, und versuch es dann noch einmal.",
    unsure:
      "Das Speichern ist gerade fehlgeschlagen, und noch weiß niemand, ob das behalten wurde. Lade die Seite neu und sieh nach, bevor du es noch einmal tust.",
    earlyForm:
      "Dieser Raum hat noch eine frühe Form von Conclave: Was gesagt wurde, bleibt lesbar, aber hier wird nichts mehr gesendet oder empfangen. Gründe einen neuen Raum, oder tritt mit einem Link einem bei.",
    unknown: "Das ist nicht mehr da.",
    leaving: "Du willst diesen Raum verlassen: von hier wird nichts mehr gesendet.",
    notMember: "Du bist nicht in diesem Raum, oder noch nicht.",
    alreadyHere: "Du bist schon in diesem Raum.",
    corrupted:
      "Diese Datei ist beschädigt: der Server gab etwas anderes heraus, als gesendet wurde. Nichts davon wurde geöffnet.",
    tooLarge: "Die Datei ist zu groß.",
    source: "Die Datei konnte nicht gelesen werden, oder sie hat sich beim Senden geändert.",
    cancelled: "Abgebrochen.",
    closed: "Conclave wurde auf diesem Gerät geschlossen. Lade die Seite neu.",
  },
});

const malformed = words({
  en: {
    title: "Pick another name for the room: 1 to 128 letters, without special control characters.",
    name: "Pick another name for yourself: 1 to 128 letters, without special control characters.",
    relay: "This is not the address of a server.",
    note: "The note is too long, or has characters that cannot be shown.",
    body: "This text is too long, or empty.",
    file: "The file's name or caption is too long, or the file is too large.",
  },
  de: {
    title: "Wähl einen anderen Namen für den Raum: 1 bis 128 Zeichen, ohne Steuerzeichen.",
    name: "Wähl einen anderen Namen für dich: 1 bis 128 Zeichen, ohne Steuerzeichen.",
    relay: "Das ist keine Adresse eines Servers.",
    note: "Die Notiz ist zu lang, oder enthält Zeichen, die nicht gezeigt werden können.",
    body: "Dieser Text ist zu lang, oder leer.",
    file: "Name oder Beschreibung der Datei ist zu lang, oder die Datei zu groß.",
  },
}) satisfies Record<Extract<Problem, { kind: "malformed" }>["what"], string>;

const linkFault = words({
  en: {
    none: "There is no invite link in this. It has “#/join/v1.” in it, and many letters after that.",
    cut: "A part of this invite link is missing. Copy it again from start to end.",
    changed: "A letter of this invite link was changed on its way. Copy it again, or ask for it once more.",
    newer: "A newer version of Conclave made this invite link. Update this one, then open it again.",
    several: "These are different invite links. Paste one of them.",
    too_long: "This is much longer than an invite link. Paste the link alone.",
  },
  de: {
    none: "Darin ist kein Einladungslink. In einem steht „#/join/v1.“, und viele Buchstaben dahinter.",
    cut: "Von diesem Einladungslink fehlt ein Stück. Kopier ihn noch einmal von Anfang bis Ende.",
    changed:
      "Ein Zeichen dieses Einladungslinks hat sich unterwegs geändert. Kopier ihn noch einmal, oder bitte noch einmal darum.",
    newer:
      "Diesen Einladungslink hat eine neuere Version von Conclave gemacht. Aktualisiere diese, und öffne ihn dann wieder.",
    several: "Das sind verschiedene Einladungslinks. Füge einen davon ein.",
    too_long: "Das ist viel länger als ein Einladungslink. Füge nur den Link ein.",
  },
}) satisfies Record<LinkFault, string>;

const relay = words({
  en: {
    bad_frame: "The server did not understand this app. One of the two is out of date.",
    hello_expected: "The server did not understand this app. One of the two is out of date.",
    unsupported_version: "This app and the server are of different times: one of the two needs an update.",
    too_large: "That is larger than the server takes.",
    rate_limited: "That was too much at once for the server. Wait a moment and try again.",
    shutting_down: "The server is just restarting. Try again in a moment.",
    create_denied:
      "On this server only people with its permit may start rooms. Use another server, or ask who runs it.",
    room_unknown: "The server does not have this room (any more).",
    room_exists: "The server has a room in this place already. Try again.",
    stale_epoch: "Somebody else's change came first. Try again.",
    append_conflict: "The server mixed this up with something else. Try again.",
    proof_invalid: "The server did not accept this link's proof.",
    write_denied: "The server does not let this device write to the room.",
    slot_unknown: "The server does not know this link (any more). It may have been withdrawn: ask for a new one.",
    slot_closed: "This link is closed: it was used or withdrawn. Ask for a new one.",
    token_denied: "This link was used just now. Wait a moment and try again.",
    inbox_denied: "The server did not give the answer to your request.",
    blob_unknown: "The server does not have this file any more.",
    quota_exceeded: "The server holds as much of this room as it allows.",
    blob_conflict: "The server has something else in the place of this file. Send it again.",
    storage_full: "The server's disk is full. It takes nothing new until the operator makes room; you can still read.",
    storage_busy: "The server cannot write just now. Try again in a moment.",
    room_damaged:
      "Something of this room is damaged on the server's disk. Tell the person who runs the server; what you have here stays.",
  },
  de: {
    bad_frame: "Der Server hat diese App nicht verstanden. Eins von beiden ist veraltet.",
    hello_expected: "Der Server hat diese App nicht verstanden. Eins von beiden ist veraltet.",
    unsupported_version: "App und Server passen nicht zusammen: eins von beiden braucht ein Update.",
    too_large: "Das ist größer, als der Server annimmt.",
    rate_limited: "Das war dem Server zu viel auf einmal. Warte kurz und versuch es noch einmal.",
    shutting_down: "Der Server startet gerade neu. Versuch es gleich noch einmal.",
    create_denied:
      "Auf diesem Server dürfen nur bestimmte Leute Räume gründen. Nimm einen anderen, oder frag, wer ihn betreibt.",
    room_unknown: "Der Server hat diesen Raum nicht (mehr).",
    room_exists: "Der Server hat an dieser Stelle schon einen Raum. Versuch es noch einmal.",
    stale_epoch: "Eine andere Änderung kam zuerst. Versuch es noch einmal.",
    append_conflict: "Der Server hat das verwechselt. Versuch es noch einmal.",
    proof_invalid: "Der Server hat den Nachweis dieses Links nicht angenommen.",
    write_denied: "Der Server lässt dieses Gerät nicht in den Raum schreiben.",
    slot_unknown: "Der Server kennt diesen Link nicht (mehr). Vielleicht wurde er zurückgezogen: bitte um einen neuen.",
    slot_closed: "Dieser Link ist geschlossen: benutzt oder zurückgezogen. Bitte um einen neuen.",
    token_denied: "Dieser Link wurde gerade eben benutzt. Warte kurz und versuch es noch einmal.",
    inbox_denied: "Der Server gibt die Antwort auf deine Anfrage nicht heraus.",
    blob_unknown: "Der Server hat diese Datei nicht mehr.",
    quota_exceeded: "Der Server bewahrt von diesem Raum schon so viel auf, wie er erlaubt.",
    blob_conflict: "Der Server hat an der Stelle dieser Datei etwas anderes. Schick sie noch einmal.",
    storage_full:
      "Die Festplatte des Servers ist voll. Er nimmt nichts Neues an, bis dort Platz ist; lesen kannst du weiter.",
    storage_busy: "Der Server kann gerade nicht schreiben. Versuch es gleich noch einmal.",
    room_damaged:
      "Etwas von diesem Raum ist auf der Festplatte des Servers beschädigt. Sag es denen, die ihn betreiben; was du hier hast, bleibt.",
  },
}) satisfies Record<RelayError, string>;

const refusal = words({
  en: REJECTION_SENTENCES,
  de: {
    malformed: "Deine App hat etwas Unlesbares geschickt.",
    bad_signature: "Die Unterschrift deiner App gilt nicht.",
    wrong_room: "Das gehört zu einem anderen Raum.",
    wrong_seq: "Eine andere Änderung kam zuerst.",
    wrong_prev: "Eine andere Änderung kam zuerst.",
    wrong_epoch: "Eine andere Änderung kam zuerst.",
    wrong_transcript: "Deine App hat einen anderen Verlauf gesehen.",
    wrong_policy: "Die Regeln des Raums haben sich inzwischen geändert.",
    state_mismatch: "Deine App erwartet ein anderes Ergebnis.",
    author_unknown: "Du bist nicht in diesem Raum.",
    author_not_committer: "Deine App hat für ein anderes Gerät unterschrieben.",
    not_allowed: "Die Regeln des Raums erlauben dir das nicht.",
    approvals_missing: "Erst müssen noch mehr zustimmen.",
    above_own_role: "An eine höhere Rolle als deine kommst du nicht heran.",
    rate_limited: "Du hast vorerst so viele entfernt, wie eine Person darf.",
    sealed: "Dieser Raum ist versiegelt: er bleibt, wie er ist.",
    last_owner: "Ein Raum braucht jemanden, dem er gehört: mach erst jemand anderen dazu, oder versiegle ihn.",
    invalid_policy: "Diese Regeln würden den Raum blockieren; wenn du das willst, versiegle ihn.",
    invalid_action: "Deine App hat etwas Unsinniges verlangt.",
    member_limit: "Dieser Raum ist voll.",
    already_member: "Diese Person ist schon im Raum.",
    not_member: "Diese Person ist nicht im Raum.",
    banned: "Du wurdest hinausgebeten und kannst nicht über einen Link zurück.",
    bad_leaf_cert: "Die Urkunde deines Geräts gilt nicht.",
    leaf_reused: "Deine App hat einen Schlüssel zweimal benutzt.",
    device_limit: "Du hast hier so viele Geräte, wie erlaubt sind.",
    no_sponsor: "Ein anderes deiner Geräte muss dieses hereinlassen.",
    own_device: "Ein Gerät kann sich nicht selbst entfernen.",
    last_device: "Das ist das letzte Gerät: verlass stattdessen den Raum.",
    bad_key_package: "Deine Anfrage gilt nicht.",
    key_package_expired: "Deine Anfrage ist zu alt: frag noch einmal.",
    invite_unknown: "Dieser Link ist im Raum nicht bekannt.",
    invite_revoked: "Dieser Link wurde zurückgezogen.",
    invite_expired: "Dieser Link ist abgelaufen.",
    invite_used_up: "Dieser Link wurde schon benutzt.",
    invite_not_for_you: "Dieser Link ist für jemand anderen.",
    invite_wrong_role: "Dieser Link gibt diese Rolle nicht.",
    invite_needs_admission: "Mit diesem Link fragt man an, und jemand entscheidet.",
    declined: "Der Raum hat deine Anfrage abgewiesen.",
    invite_exists: "So eine Einladung gibt es schon.",
    invite_limit: "Es gibt zu viele offene Links.",
    bad_invite_proof: "Der Nachweis dieses Links gilt nicht.",
    bad_approval: "Eine Zustimmung gilt nicht.",
    bad_farewell: "Der Abschied gilt nicht.",
    mls: "Der Schlüsselwechsel deiner App gilt nicht.",
    forbidden_proposal: "So eine Änderung nimmt dieser Raum nie an.",
    missing_path: "Die Änderung deiner App bringt keine neuen Schlüssel.",
    credential_changed: "Deine App wollte ändern, wer sie ist.",
    wrong_binding: "Deine App hat die Schlüssel an eine andere Liste gebunden.",
    ghost: "Die Schlüssel deiner App passen nicht zur Liste der Leute.",
    no_record: "Deine App hat nicht gesagt, was sie geändert hat.",
    wrong_record: "Deine App hat eine andere Änderung vermerkt.",
    wrong_roster_key: "Deine App hat einen falschen Schlüssel für die Liste angegeben.",
    not_active: "Das geht in diesem Raum gerade nicht.",
    pending: "Eine andere Änderung von dir ist noch unterwegs.",
    not_caught_up: "Deine App holt noch auf.",
    paused: "Nach einem Alarm wird nichts gesendet.",
    too_large: "Das ist zu groß.",
    unknown_proposal: "Darum hat niemand gebeten.",
    already_so: "Das ist schon so: Es hat sich nichts geändert.",
    bad_link: "Dieser Link ist beschädigt.",
    bad_slot: "Der Server hat nichts Gültiges für diesen Link.",
    bad_history: "Der Verlauf dieses Raums auf dem Server stimmt nicht.",
    below_floor: "Der Server zeigt einen älteren Raum, als der Link verspricht.",
    bad_admission: "Die Antwort auf deine Anfrage gilt nicht.",
  },
}) satisfies Record<RejectionCode, string>;
