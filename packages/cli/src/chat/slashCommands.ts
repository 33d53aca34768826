import { DEFAULT_USES } from "../commands/invite.js";
import {
  type Answered,
  approveProposal,
  declineNamed,
  type Door,
  proposes,
  SHOWN_ID,
  withdrawProposal,
} from "../commands/proposals.js";
import { memberTable } from "../commands/members.js";
import { CliError } from "../cliError.js";
import { nearestName } from "../config/nearestName.js";
import { findOne } from "../model/find.js";
import { displayName } from "../model/person.js";
import type { Progress, RoomSession } from "../model/session.js";
import type { Decision } from "../model/timeline.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { paintFor } from "../terminal/paint.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { dayAndTime } from "../terminal/when.js";
import { saveFromChat, sendFromChat } from "./chatFiles.js";

/** What a slash command may do with the screen that it was typed in. */
export interface SlashHost {
  /** A person typed it: they can be asked, and may decide. False for lines that a program wrote. */
  readonly isPerson: boolean;
  say(text: string): void;
  ask(question: string): Promise<boolean>;
  toggleMembers(): void;
  quit(): void;
}

type Run = (room: RoomSession, argument: string, host: SlashHost) => Promise<void> | void;
interface SlashCommand {
  readonly usage: string;
  /** `acts`: it decides something, or reads or writes a file of this machine. `shows`: all the rest. */
  readonly effect: "shows" | "acts";
  readonly about: string;
  readonly run: Run;
}

const plain = paintFor(false);

/** The commands that can be typed in the chat. */
export const SLASH_COMMANDS: Readonly<Record<string, SlashCommand>> = {
  invite: {
    usage: "/invite [label]",
    effect: "acts",
    about: "make an invite link",
    run: async (room, label, host) => {
      const { link, progress, invitation, isReady } = await room.invite({
        label: label || "link",
        uses: DEFAULT_USES,
        expires: null,
        mode: null,
      });
      if (link === null) tell(host, progress, "The link was made.");
      else {
        const what = invitation.mode === "ask" ? "ask to join" : "join";
        const when = isReady ? "" : ", as soon as this home is connected again";
        host.say(`Anyone with this link can ${what}${when}:\n${link}`);
      }
    },
  },
  members: {
    usage: "/members",
    effect: "shows",
    about: "who is here, and how they came in",
    run: (room, _, host) => {
      host.say(memberTable(room.members(), plain).join("\n"));
    },
  },
  pane: {
    usage: "/pane",
    effect: "shows",
    about: "show or hide the list of members at the side",
    run: (_room, _argument, host) => {
      host.toggleMembers();
    },
  },
  log: {
    usage: "/log",
    effect: "shows",
    about: "every decision: who let whom in, by what right",
    run: (room, _, host) => {
      host.say(room.decisions().map(decisionLine).join("\n"));
    },
  },
  file: {
    usage: "/file PATH",
    effect: "acts",
    about: "send a file; a picture without place and time, unless you say --original before its name",
    run: (room, path, host) => sendFromChat(room, needed(path, "/file PATH", "which"), host),
  },
  save: {
    usage: "/save FILE",
    effect: "acts",
    about: "save a file of the room, verified, where the chat was started",
    run: (room, name, host) => saveFromChat(room, needed(name, "/save FILE", "which"), host),
  },
  requests: {
    usage: "/requests",
    effect: "shows",
    about: "who asks to be let in, and what waits for agreement",
    run: async (room, _, host) => {
      const waiting = (await room.requests()).map(
        ({ name, tag, via, note }) =>
          `${safeName(name)}#${tag}, with ${safeLine(via)}${note === "" ? "" : `: ${safeLine(note)}`}\n  /admit ${safeName(name)} or /decline ${safeName(name)}`,
      );
      const proposed = room.proposals().map((proposal) => {
        const id = proposal.id.slice(0, SHOWN_ID);
        const doors = proposal.by.isYou ? `/withdraw ${id}` : `/approve ${id} or /decline ${id}`;
        return `${proposes(proposal)}\n  ${doors}`;
      });
      host.say([...waiting, ...proposed].join("\n") || "Nobody asks for anything.");
    },
  },
  admit: {
    usage: "/admit NAME",
    effect: "acts",
    about: "let in somebody who asked",
    run: async (room, name, host) => {
      const request = findOne("request", needed(name, "/admit NAME"), await room.requests());
      tell(host, await room.admit(request.id), `${safeName(request.name)} is in the room.`);
    },
  },
  decline: {
    usage: "/decline NAME or ID",
    effect: "acts",
    about: "turn down somebody who asked, or say no to a proposal",
    run: (room, given, host) => answer(host, declineNamed(room, needed(given, "/decline NAME or ID"), slash)),
  },
  approve: {
    usage: "/approve ID",
    effect: "acts",
    about: "approve what somebody proposed; /requests shows the ids",
    run: (room, given, host) => answer(host, approveProposal(room, needed(given, "/approve ID", "which"), slash)),
  },
  withdraw: {
    usage: "/withdraw ID",
    effect: "acts",
    about: "take back what you proposed",
    run: (room, given, host) => answer(host, withdrawProposal(room, needed(given, "/withdraw ID", "which"), slash)),
  },
  remove: {
    usage: "/remove NAME",
    effect: "acts",
    about: "remove somebody",
    run: async (room, name, host) => {
      const person = findOne("member", needed(name, "/remove NAME"), room.members());
      const shown = safeName(displayName(person, person.isLookalike));
      if (!(await host.ask(`Remove ${shown}? They keep what they have read, and can read nothing from now on.`)))
        return;
      tell(host, await room.remove(person), `${shown} was removed. The room has new keys.`);
    },
  },
  verify: {
    usage: "/verify [NAME]",
    effect: "shows",
    about: "fingerprints and codes to compare",
    run: (room, name, host) => {
      const prints = room.fingerprints(name === "" ? null : findOne("member", name, room.members()));
      const digits = prints.digits.replace(/\s/gu, "").match(/.{1,5}/gu) ?? [];
      host.say(
        [
          `${safeName(prints.person.name)}  ${prints.words.join(" ")}`,
          `digits  ${digits.join(" ")}`,
          `room code   ${prints.roomCode ?? "-"}`,
          `people code ${prints.peopleCode ?? "-"}`,
        ].join("\n"),
      );
    },
  },
  alarms: {
    usage: "/alarms",
    effect: "shows",
    about: "what was detected, and where the proof is",
    run: (room, _, host) => {
      const { alarms } = room.status();
      host.say(
        alarms.length === 0
          ? "No alarms that you have not looked at."
          : alarms
              .map(
                ({ code, sentence, advice, proof }) =>
                  `${code}: ${safeLine(sentence)} ${safeLine(advice)}${proof === null ? "" : `\nproof: ${proof}`}`,
              )
              .join("\n"),
      );
    },
  },
  resume: {
    usage: "/resume",
    effect: "acts",
    about: "go on sending after an alarm, when you have looked at it",
    run: async (room, _, host) => {
      await room.resume();
      const { paused } = room.status();
      host.say(paused === null ? "Sending goes on." : `Still stopped: ${paused.message}`);
    },
  },
  help: {
    usage: "/help",
    effect: "shows",
    about: "this list",
    run: (_room, _argument, host) => {
      host.say(helpText());
    },
  },
  quit: {
    usage: "/quit",
    effect: "shows",
    about: "leave the chat (you stay in the room); Ctrl-C too",
    run: (_room, _argument, host) => {
      host.quit();
    },
  },
};

function decisionLine({ time, summary, right }: Decision): string {
  return `${dayAndTime(time)}  ${safeLine(summary)}${right.text === "" ? "" : `, ${safeLine(right.text)}`}`;
}

/** `text` is a command, unless it begins with two slashes, which send a message that begins with one, or has several lines. */
export function isSlashCommand(text: string): boolean {
  return text.startsWith("/") && !text.startsWith("//") && !text.includes("\n");
}

/**
 * Runs a command line such as `/remove Bob`.
 *
 * RULE: cli.pipe-decides-nothing: what others can write into a pipe decides nothing and touches no file of this machine
 * (attack A104).
 * @throws CliError for an unknown command, and whatever the command refuses.
 */
export async function runSlashCommand(room: RoomSession, line: string, host: SlashHost): Promise<void> {
  // The spaces inside of an argument are its own: names have them.
  const [, word = "", argument = ""] = /^(\S*)\s*(.*)$/su.exec(line.slice(1).trim())!;
  const command = Object.hasOwn(SLASH_COMMANDS, word) ? SLASH_COMMANDS[word] : undefined;
  if (command === undefined) {
    const nearest = nearestName(word, Object.keys(SLASH_COMMANDS));
    throw new CliError(
      "UNKNOWN_COMMAND",
      word === "" ? "A command is missing after the /." : `There is no /${safeName(word)}.`,
      nearest === null ? "/help lists what there is." : `Did you mean /${nearest}?`,
    );
  }
  if (command.effect === "acts" && !host.isPerson) {
    throw new CliError(
      "NOT_FROM_A_PIPE",
      `/${word} has to be typed by a person in the chat.`,
      "A script uses the command of that name.",
    );
  }
  await command.run(room, argument, host);
}

function helpText(): string {
  const commands = Object.values(SLASH_COMMANDS);
  const widest = Math.max(...commands.map(({ usage }) => usage.length));
  return [
    ...commands.map(({ usage, about }) => `${usage.padEnd(widest)}  ${about}`),
    "",
    "Enter sends, Alt-Enter or Ctrl-J begins a new line, Tab completes, PgUp and PgDn scroll, Ctrl-Z puts the chat aside (fg brings it back). //text sends /text.",
  ].join("\n");
}

function needed(argument: string, usage: string, what = "who"): string {
  if (argument === "") throw new CliError("USAGE", `Say ${what}: ${usage}.`);
  return argument;
}

/** How a command is typed here. */
const slash: Door = (command, ...args) => [`/${command}`, ...args].join(" ");

async function answer(host: SlashHost, answered: Promise<Answered>): Promise<void> {
  const { lines, progress } = await answered;
  if (progress) tell(host, progress, lines[0]);
  else host.say(lines.join("\n"));
}

function tell(host: SlashHost, progress: Progress, sentence: string): void {
  host.say(
    progress.done
      ? sentence
      : `Approved by ${progress.approved} of ${progress.needed}. Others can agree with: ${otherCommand("approve", progress.proposal.slice(0, 12))}`,
  );
}
