import type { Returning, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { imagined, type Policy, policyDoubts, type PolicyMatter, presetOf } from "@conclave/protocol";
import { policyMatters } from "@conclave/words/en/policyMatters";
import { CliError, usageError } from "../cliError.js";
import { invitationDocument } from "../documents/invitationDocument.js";
import { roomDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { withHome } from "../program/withRoom.js";
import { type Made, makeInvite } from "../room/decide.js";
import { createRoomHere, ownName } from "../session/home.js";
import { warnOfDoubts } from "../session/explainedPolicy.js";
import { policyOf, rulesOf } from "../session/policyView.js";
import { DEFAULT_USES, warnLate, welcomeOf } from "./invite.js";
import { ask, consentForGood } from "../terminal/consent.js";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";

/** How long to wait until the words can bring the owner back (ms); what is not done by then, any later command does. */
const UNTIL_PREPARED_MS = 5000;
const WORDS = {
  ready: "words to write down: they bring you back to this room if you lose this home",
  preparing: "words to write down: you can't recover this room yet, the next command sets that up",
  possible: "words to write down: they bring back who you are",
} as const satisfies Record<Returning, string>;
const DEFAULT_RELAY = "http://127.0.0.1:4430";

/** `conclave room new`: founds a room, and makes its first invite. */
export async function roomNew(context: CommandContext, title: string): Promise<void> {
  const { options, output } = context;
  const relay = String(options["relay"] ?? process.env["CONCLAVE_RELAY"] ?? DEFAULT_RELAY);
  const welcomeText = welcomeOf(context);
  if (options["invite"] === false && welcomeText !== "")
    throw usageError("--welcome is in the first link, and --no-invite makes none.", "Leave one of them out.");
  const policy = await policyOf(String(options["policy"]));
  if (presetOf(policy) === null) await agreeToOwn(context, policy);
  await withHome(context, "begin", async (client) => {
    const name =
      (options["name"] as string | undefined) ??
      ownName(client) ??
      (await ask(context, "Your name, as others will see it:"));
    if (name === null || name.trim() === "") throw usageError("You need a name in the room.", "Add --name Alice");
    const permit = process.env["CONCLAVE_PERMIT"] ?? null;
    // The founder owns the room: from the first moment on, the words offered below bring them back to it.
    await client.wantReturn();
    const room = await waiting(output, createRoomHere(client, { title, name, policy, relay, permit }));
    const invite = options["invite"] === false ? null : await firstLink(room, welcomeText);
    await waiting(output, room.settle(UNTIL_PREPARED_MS));
    if (invite?.invitation && !invite.isReady) warnLate(output);
    output.about(toHex(room.id));
    const returning = room.returning();
    const link = invite?.link ?? null;
    const invitation = invite?.invitation ? invitationDocument(invite.invitation) : null;
    output.result({ room: roomDocument(room), link, invitation, returning }, (paint) => [
      `${paint.green("✔")} ${paint.bold(safeName(room.title))} exists, and you are its owner.`,
      "",
      ...(link !== null
        ? [
            invite?.invitation?.mode === "ask"
              ? "Invite people with this link. They ask to join, and somebody in the room lets them in (requests, admit):"
              : "Invite people with this link. Anyone with it can join, even while you are offline:",
            "",
            `  ${paint.cyan(link)}`,
            "",
          ]
        : []),
      "Next:",
      ...table([
        [`  ${nextCommand("chat")}`, { text: "talk", paint: paint.dim }],
        [`  ${nextCommand("recovery")}`, { text: WORDS[returning ?? "possible"], paint: paint.dim }],
        ...(link === null
          ? []
          : [
              [
                `  ${otherCommand("join", LINK, "--name", "Bob", "--home", "./bob")}`,
                { text: "try it as somebody else", paint: paint.dim },
              ],
            ]),
      ]),
    ]);
  });
}

/** Shows a policy that is no preset before the room has it, and asks where nobody could do something in it. */
async function agreeToOwn(context: CommandContext, policy: Policy): Promise<void> {
  const { output } = context;
  const words = rulesOf(policy);
  const matters = Object.keys(words) as PolicyMatter[];
  for (const line of table(matters.map((matter) => [policyMatters[matter], words[matter]]))) output.note(line);
  const founder = imagined(policy, ["owner"]);
  const [self] = founder.members.values();
  // That there are fewer admins than a rule asks for is so in every new room.
  const doubts = policyDoubts(founder, policy, self!.person).filter(({ code }) => code !== "count_too_large");
  const told = warnOfDoubts(output, doubts);
  if (told.length > 0)
    await consentForGood(context, "Create the room with this policy all the same?", { doubts: told });
}

/** Once the room exists the person is told so, whatever became of its link. */
async function firstLink(room: RoomSession, welcomeText: string): Promise<Made> {
  try {
    const usual = { label: "first link", uses: DEFAULT_USES, expires: null, mode: null };
    return await makeInvite(room, { ...usual, welcomeText });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { code, message, exit, fate } = error;
    const said = `${safeName(room.title)} exists, and you are its owner; its link was not shown. ${message}`;
    const hint = `To see whether it was made:  ${nextCommand("invites")}\nTo make one:                ${nextCommand("invite")}`;
    throw Object.assign(new CliError(code, said, hint, exit), { fate });
  }
}
