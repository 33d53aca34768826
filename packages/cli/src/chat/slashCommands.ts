import { DEFAULT_USES } from "../commands/invite.js";
import {
  type Answered,
  answersTo,
  approveProposal,
  declineNamed,
  denyNamed,
  admitNamed,
  type Door,
  proposes,
  withdrawProposal,
} from "../commands/proposals.js";
import { memberTable } from "../commands/members.js";
import type { DecisionProgress, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { proposals as words } from "@conclave/words/en/proposals";
import { approveCommand } from "../commands/progress.js";
import { fingerprintsDocument } from "../documents/fingerprintDocument.js";
import { decide, makeInvite } from "../room/decide.js";
import { findMember } from "../room/find.js";
import { orThrow } from "../room/orThrow.js";
import { mySelf } from "../room/outside.js";
import { resumeSending } from "../room/resumeSending.js";
import { adviceFor } from "../session/alarmAdvice.js";
import { decisionRight, decisionSummary, labelsOf } from "../session/decisionView.js";
import { pauseSentence } from "../session/pauseSentence.js";
import { proposalTerms } from "../session/proposalTerms.js";
import { inviteName, shownName, shownTag } from "../session/personView.js";
import { alarmSentence, SHOWN_ID } from "../session/timelineView.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { paintFor } from "../terminal/paint.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { dayAndTime } from "../terminal/when.js";
import { saveFromChat, sendFromChat } from "./chatFiles.js";
import { MESSAGE_COMMANDS } from "./messageCommands.js";
import { needed, type SlashCommand, type SlashHost } from "./slashCommand.js";

const plain = paintFor(false);

/** The commands that can be typed in the chat. */
export const SLASH_COMMANDS: Readonly<Record<string, SlashCommand>> = {
  invite: {
    usage: "/invite [label]",
    effect: "acts",
    about: "make an invite link",
    run: async (room, label, host) => {
      const { link, progress, inviteId, invitation, isReady } = await makeInvite(room, {
        label: label || "link",
        uses: DEFAULT_USES,
        expires: null,
        mode: null,
      });
      if (link === null) {
        tell(host, progress, "The link was made.");
        host.say(
          `Then this home shows you the link:  ${nextCommand("invites", "--link", toHex(inviteId).slice(0, 8))}`,
        );
      } else {
        const what = invitation.mode === "ask" ? "ask to join" : "join";
        const when = isReady ? "" : ", once this home is connected again";
        host.say(`Anyone with this link can ${what}${when}:\n${link}`);
      }
    },
  },
  members: {
    usage: "/members",
    effect: "shows",
    about: "who is here, and how they joined",
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
    about: "every decision: who did what, and by what right",
    run: (room, _, host) => {
      host.say(decisionLines(room).join("\n"));
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
    about: "check a file from the room, and save it where the chat was started",
    run: (room, name, host) => saveFromChat(room, needed(name, "/save FILE", "which"), host),
  },
  ...MESSAGE_COMMANDS,
  requests: {
    usage: "/requests",
    effect: "shows",
    about: "who is asking to join, and what is waiting for approval",
    run: async (room, _, host) => {
      const waiting = orThrow(await room.requests(), room).map((request) => {
        const [name, via] = [safeName(request.name), safeLine(inviteName(request.invite))];
        const note = request.note === "" ? "" : `: ${safeLine(request.note)}`;
        const role = request.role === "member" ? "" : `, as ${words[request.role]}`;
        return `${name}#${shownTag(request)}, with ${via}${role}${note}\n  /admit ${name} or /deny ${name}`;
      });
      const proposed = room.proposals().map((proposal) => {
        const id = toHex(proposal.actionHash).slice(0, SHOWN_ID);
        const doors = answersTo(proposal).map((verb) => `/${verb} ${id}`);
        const terms = proposalTerms(room, proposal.action).map((line) => `  ${line}`);
        return [proposes(room, proposal), ...terms, ...(doors.length === 0 ? [] : [`  ${doors.join(" or ")}`])].join(
          "\n",
        );
      });
      host.say([...waiting, ...proposed].join("\n") || "Nobody is asking for anything.");
    },
  },
  admit: {
    usage: "/admit NAME",
    effect: "acts",
    about: "let in somebody who asked to join",
    run: (room, name, host) => answer(host, admitNamed(room, needed(name, "/admit NAME"))),
  },
  deny: {
    usage: "/deny NAME",
    effect: "acts",
    about: "turn down somebody who asked to join",
    run: (room, name, host) => answer(host, denyNamed(room, needed(name, "/deny NAME"))),
  },
  decline: {
    usage: "/decline ID",
    effect: "acts",
    about: "decline what somebody proposed",
    run: (room, given, host) => answer(host, declineNamed(room, needed(given, "/decline ID", "which"), slash)),
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
    about: "withdraw what you proposed",
    run: (room, given, host) => answer(host, withdrawProposal(room, needed(given, "/withdraw ID", "which"), slash)),
  },
  remove: {
    usage: "/remove NAME",
    effect: "acts",
    about: "remove somebody",
    run: async (room, name, host) => {
      const { person, ...member } = findMember(room, needed(name, "/remove NAME"));
      const shown = shownName(member);
      if (!(await host.ask(`Remove ${shown}? They keep what they have read, but can read nothing from now on.`)))
        return;
      tell(
        host,
        await decide(room, { type: "remove", person, ban: false }),
        `${shown} was removed. The room has new keys.`,
      );
    },
  },
  verify: {
    usage: "/verify [NAME]",
    effect: "shows",
    about: "fingerprints and codes to compare",
    run: (room, name, host) => {
      const prints = fingerprintsDocument(room, name === "" ? mySelf(room) : findMember(room, name));
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
          ? "There are no new alarms."
          : alarms
              .map((alarm) => {
                const proof = host.proofOf(alarm);
                const told = `${alarm.code}: ${safeLine(alarmSentence(alarm))} ${safeLine(adviceFor(alarm))}`;
                return `${told}${proof === null ? "" : `\nproof: ${proof}`}`;
              })
              .join("\n"),
      );
    },
  },
  resume: {
    usage: "/resume",
    effect: "acts",
    about: "go on sending after an alarm, once you have looked at it",
    run: async (room, _, host) => {
      await resumeSending(room);
      const { paused } = room.status();
      host.say(paused === null ? "You can send again." : `Sending is still stopped: ${pauseSentence(paused)}`);
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

function decisionLines(room: RoomSession): string[] {
  const labelOf = labelsOf(room);
  return room.decisions().map((decision) => {
    const right = decisionRight(decision);
    const summary = safeLine(decisionSummary(decision, labelOf));
    return `${dayAndTime(decision.time)}  ${summary}${right === "" ? "" : `, ${safeLine(right)}`}`;
  });
}

function helpText(): string {
  const commands = Object.values(SLASH_COMMANDS);
  const widest = Math.max(...commands.map(({ usage }) => usage.length));
  return [
    ...commands.map(({ usage, about }) => `${usage.padEnd(widest)}  ${about}`),
    "",
    "Enter sends, Alt-Enter or Ctrl-J starts a new line, Tab completes, PgUp and PgDn scroll, Ctrl-Z suspends the chat (fg brings it back). //text sends /text.",
  ].join("\n");
}

/** How a command is typed here. */
const slash: Door = (command, ...args) => [`/${command}`, ...args].join(" ");

async function answer(host: SlashHost, answered: Promise<Answered>): Promise<void> {
  const { lines, progress, inVain = null } = await answered;
  if (inVain !== null) host.say(inVain);
  if (progress) tell(host, progress, lines[0]);
  else host.say(lines.join("\n"));
}

function tell(host: SlashHost, progress: DecisionProgress, sentence: string): void {
  host.say(
    progress.done
      ? sentence
      : `Approved by ${progress.have} of ${progress.need}. Others can approve it with: ${approveCommand(progress)}`,
  );
}
