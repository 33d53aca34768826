import { refusal } from "@conclave/words/en/refusal";
import { EXIT, type ExitCode } from "./exitCode.js";

/** What an error code means, and the exit code of the command that it ends. */
export interface ErrorMeaning {
  readonly exit: ExitCode;
  readonly about: string;
}

const { refused, usage, unreachable, locked, alarm, outdated, interrupted } = EXIT;

/** The errors of this program itself. */
const OWN: Readonly<Record<string, readonly [ExitCode, string]>> = {
  USAGE: [usage, "The command line is wrong. Nothing was done."],
  LINK: [usage, "The invite link is incomplete, or is not an invite link. Nothing was done."],
  NEEDS_YES: [usage, "It needs a clear yes, and there is no terminal to ask at: add --yes. Nothing was done."],
  POLICY_FILE: [usage, "The file with the policy is wrong: `faults` says what, and where. Nothing was done."],
  NOT_TEXT: [usage, "The input is not UTF-8 text. Nothing was done with it."],
  TOO_LONG: [usage, "The text or input is too long."],
  TOO_NARROW: [refused, "The terminal is too narrow for the QR code."],
  UNREACHABLE: [unreachable, "The relay does not answer. What is stored here will be sent later."],
  CERTIFICATE: [
    unreachable,
    "This machine does not accept the certificate that is shown to it, so nothing was sent. What is stored here will be sent later.",
  ],
  BEHIND: [refused, "The relay answers, but does not hand over all the records that it says it has."],
  COMING_BACK: [refused, "This device can't follow the room, and is on its way back by itself."],
  UNDERWAY: [unreachable, "The relay has not said yet whether it took this. It goes on by itself."],
  CLOCK: [
    refused,
    "This machine's clock is far from the relay's: set it right, or add --trust-clock. Nothing was done.",
  ],
  INVITE_CLOSED: [refused, "The invite was made, but it has already been closed."],
  UPDATE_NEEDED: [
    outdated,
    "The room was moved to a version that this Conclave does not know. Nothing more happens in it here.",
  ],
  RESTORED: [alarm, "This home is a copy, or was restored from a backup: it cannot send in this room."],
  UNSURE: [refused, "The home's storage failed just now: it is not known whether this was stored."],
  HOME_IN_USE: [locked, "Another process is using this home."],
  HOME_UNREADABLE: [refused, "The home cannot be opened, because of its permissions, its disk or its version."],
  HOME_OLD: [refused, "The home was made by an earlier build, which this one cannot read. Nothing in it was changed."],
  HOME_FAILED: [refused, "The home's storage failed."],
  HOME_NOT_EMPTY: [refused, "The home already belongs to somebody else."],
  NOT_FRESH: [refused, "With --fresh: those who decide did not confirm the list of members, so nothing was sent."],
  NO_ROOMS: [refused, "This home has no rooms, or there is no home."],
  NOT_FOUND: [refused, "No person, room, invite, request, proposal, message or file has this name or id."],
  AMBIGUOUS: [refused, "More than one has this name or id; the hint says how to choose."],
  NOT_MEMBER: [refused, "This device is not in the room (yet, or any more)."],
  LEAVING: [refused, "You have asked to leave the room: nothing more is sent or decided from this home."],
  NOT_LEAVING: [refused, "You have not asked to leave the room."],
  ASKED_ALREADY: [refused, "You have asked to join the room, and nobody there has decided yet."],
  ALREADY_HERE: [refused, "This home is already in the room, or is joining it."],
  STILL_MEMBER: [refused, "You are still in the room, so it was not forgotten."],
  ONCE_TAKEN: [refused, "Something else was sent with this --once. Nothing was sent."],
  NOT_STEWARD: [usage, "This home is no steward: it has a say in the room, or is in no room any more."],
  AUDIT: [refused, "The audit file cannot be written, so the steward has stopped."],
  NO_SSH_KEY: [refused, "There is no SSH key that is listed, or could be. Nothing was done."],
  SSH_SIGNATURE: [
    refused,
    "The SSH signature cannot be used: it is of another key type, for something else, or damaged. Nothing was done.",
  ],
  NO_LINK: [refused, "This home does not have this invite's link."],
  UNKNOWN: [refused, "It does not exist (any more)."],
  STARVED: [refused, "Other people's changes came first, again and again."],
  UNKNOWN_COMMAND: [refused, "There is no such slash command."],
  NOT_FROM_A_PIPE: [refused, "A piped line cannot do this."],
  CANCELLED: [interrupted, "Stopped by Ctrl-C. Nothing was done."],
  NOT_CONFIRMED: [refused, "You answered no to the question. Nothing was done."],
  CORRUPTED: [alarm, "The file from the relay is not the one that was sent. Nothing of it was kept."],
  PICTURE_NOTES: [usage, "The picture has details stored in it that cannot be removed: --original sends them too."],
  TOO_LARGE: [refused, "The file is too large."],
  SOURCE: [refused, "The file could not be read, or it changed while it was sent."],
  FILE_EXISTS: [refused, "A file of this name exists: --force replaces it."],
  NOT_WRITTEN: [refused, "The file could not be written."],
  NO_PROOF: [refused, "The file is not a proof file."],
  PROVES_NOTHING: [refused, "The file is a proof file, but it proves nothing."],
  NOT_BUILT: [refused, "This program's own web client is missing."],
  PAGES_DAMAGED: [refused, "The built web client is not what its manifest says."],
  PORT_IN_USE: [refused, "Another program is using the port."],
  PORT_DENIED: [refused, "The port needs more rights than this user has."],
  HOST_UNKNOWN: [usage, "This machine has no such address."],
  DATA_IN_USE: [refused, "Another relay is using the data folder."],
  NO_RELAY_DATA: [usage, "The folder has no relay's data. Nothing was done."],
  IN_DATABASE: [refused, "The relay keeps its rooms in PostgreSQL, which has backups of its own. Nothing was written."],
  DATA_EXISTS: [refused, "The folder has a relay's data already, so nothing was restored into it."],
  NO_BACKUP: [refused, "The file is no backup of a relay, or one that this version cannot read. Nothing was done."],
  BACKUP_DAMAGED: [refused, "The backup was changed, or is not whole. Nothing was done."],
  WRONG_PASSPHRASE: [refused, "The backup is sealed with another passphrase. Nothing was done."],
  NO_PASSPHRASE: [usage, "A passphrase is needed, and CONCLAVE_BACKUP_PASSPHRASE_FILE does not name a file with one."],
  NO_DATABASE: [usage, "No database in PostgreSQL is set: CONCLAVE_DATABASE_FILE names the file with its address."],
  DATABASE_IN_USE: [refused, "A relay, or another move, is connected to the database. Nothing was moved."],
  DATABASE_FAILED: [refused, "The database in PostgreSQL cannot be reached, read or written. Nothing was done."],
  NOT_EMPTY: [refused, "Where the rooms were to go there is a relay's data already. Nothing was moved."],
  NOT_MOVED: [
    refused,
    "The relay's data could not be moved: a database cannot be read or written, or is not what was written. The place where it was to go is as empty as it was.",
  ],
  RELAY_CANNOT_WRITE: [refused, "The relay's disk is full, or another process holds its database. Nothing was done."],
  DATABASE_AWAY: [refused, "The relay's PostgreSQL does not answer, or refuses this. Nothing was done."],
  RELAY_OLDER: [refused, "The relay that runs is older than this command: restart it. Nothing was done."],
  START_FAILED: [refused, "The relay, or the page server, could not start."],
  NAME_TAKEN: [refused, "The name looks like that of somebody in the room."],
  TOO_MANY_PARTIES: [refused, "The room already has as many parties as it can have."],
  GATEWAY_REFUSED: [refused, "The gateway does not know the key, or has already taken a later message made with it."],
  RATE_LIMITED: [refused, "That is more than can be sent in a minute. Nothing was sent."],
  NOT_TAKEN: [refused, "The gateway cannot take messages for its room now. Nothing was sent."],
  INTERNAL: [refused, "An error in Conclave itself: please report it."],
};

/** Codes that an honest relay and honest members never cause. */
const ALARMING: ReadonlySet<string> = new Set(["BAD_HISTORY", "BELOW_FLOOR", "BAD_ADMISSION", "PAUSED"]);

/** `RELAY_` and one of these, which docs/protocol.md §5 lists: the relay does not do it. */
export const RELAY_PREFIX = "RELAY_";

/** Every error code, by name, with its exit code. Help, manual, docs and the program itself use it. */
export const ERRORS: ReadonlyMap<string, ErrorMeaning> = new Map([
  ...Object.entries(refusal).map(([name, about]): [string, ErrorMeaning] => {
    const code = name.toUpperCase();
    return [code, { exit: ALARMING.has(code) ? alarm : refused, about }];
  }),
  // The program's own codes come last: if both have a code, the program's meaning counts.
  ...Object.entries(OWN).map(([code, [exit, about]]): [string, ErrorMeaning] => [code, { exit, about }]),
]);

/** The exit code of an error; 1 for the relay's refusals. */
export function exitOf(code: string): ExitCode {
  return ERRORS.get(code)?.exit ?? refused;
}
