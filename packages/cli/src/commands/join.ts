import type { InvitePreview } from "@conclave/client";
import { readGivenLink } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import { usageError } from "../cliError.js";
import { memberDocument } from "../documents/personDocument.js";
import { roomDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { withHome } from "../program/withRoom.js";
import { accept, lookAt, ownName } from "../session/home.js";
import { signingSteps, signToJoin } from "../ssh/signToJoin.js";
import { namesOf } from "../session/personView.js";
import { webAddress } from "../session/relayAddress.js";
import { ask, consent } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Paint } from "../terminal/paint.js";
import { quotation } from "../terminal/quotation.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { readStandardInput } from "../terminal/standardInput.js";
import { ago } from "../terminal/when.js";

/** `conclave join`: shows what the link leads to, asks, joins. */
export async function join(context: CommandContext, given: string): Promise<void> {
  const { options, output } = context;
  const link = given === "-" ? (await readStandardInput()).trim() : given;
  const read = readGivenLink(link);
  if (read.ok && read.value.shownTo !== null) output.warn(SHOWN(read.value.shownTo));
  await withHome(context, "begin", async (client) => {
    const invited = await waiting(output, lookAt(client, link));
    const asSteward = options["steward"] === true;
    if (asSteward && invited.mode === "return")
      throw usageError(
        "You are in this room already, so this home can't be its steward.",
        "Use another home:  --home DIR",
      );
    const known = invited.members.find(({ isYou }) => isYou)?.name ?? null;
    for (const line of describe(invited, output.paint, asSteward)) output.note(line);
    const name =
      (invited.mode === "return" ? known : (options["name"] as string | undefined)) ??
      ownName(client) ??
      (await ask(context, "Your name, as others will see it:"));
    if (name === null || name.trim() === "") throw usageError("You need a name in the room.", "Add --name Bob");
    await consent(context, `${invited.mode === "return" ? "Come back" : "Join"} as ${safeName(name)}?`, true);
    const { signature, toSign } = await signToJoin(context, invited);
    if (toSign !== null) {
      const [sign, next] = signingSteps(toSign);
      output.about(toHex(invited.roomId));
      output.result({ toSign }, (paint) => [
        `${paint.green("✔")} What your SSH key is to sign is in ${toSign}. Sign it where the key is:`,
        "",
        `  ${sign}`,
        "",
        "Then bring the signature here, and join:",
        "",
        `  ${next}`,
      ]);
      return;
    }
    const how = { name, note: String(options["note"] ?? ""), isLast: options["stolen"] === true, signature, asSteward };
    const room = await waiting(output, accept(client, invited, how));
    const { standing, isConfirmed } = room.status();
    const members = room.members();
    const title = safeName(room.title);
    output.about(toHex(room.id));
    output.result({ room: roomDocument(room), members: members.map(memberDocument) }, (paint) =>
      standing === "asking"
        ? [
            invited.mode === "auto" && !asSteward
              ? `${paint.green("✔")} You are in ${paint.bold(title)} as soon as a device of somebody there, or a steward, is on. To see whether you are:  ${nextCommand("status")}`
              : `${paint.green("✔")} You asked to join ${paint.bold(title)}; somebody there decides. To see whether they have:  ${nextCommand("status")}`,
          ]
        : [
            `${paint.green("✔")} You are in ${paint.bold(title)}, with ${members
              .filter(({ isYou }) => !isYou)
              .map((member) => safeName(member.name))
              .join(", ")}.`,
            ...(isConfirmed
              ? []
              : [
                  paint.dim(
                    "You can write right away. Another member's device confirms that you joined when it is next online.",
                  ),
                ]),
            "",
            `  ${nextCommand("chat")}`,
          ],
    );
  });
}

const SHOWN = (host: string) =>
  `something wrapped this link in an address at ${safeLine(host)}. Opening it there shows that server the whole link, and anyone\n` +
  "  with the link can join. It is safer to ask for a new link, and to have this one closed.";

/** What the person who made the link says to who comes. */
function welcomeLines(by: InvitePreview["invitedBy"], text: string): string[] {
  const said = quotation(text, { indent: "  ", stream: process.stderr });
  return by === null || said.length === 0 ? [] : [`${safeName(by.name)} says:`, ...said];
}

function describe(
  { title, owners, members, confirmed, confirmedBy, mode, relay, needsKey, invitedBy, welcomeText }: InvitePreview,
  paint: Paint,
  asSteward: boolean,
): string[] {
  const fresh = `list confirmed by ${safeName(confirmedBy.name)} ${ago(confirmed, Date.now())}`;
  return [
    "",
    `You are joining ${paint.bold(safeName(title))}: owner ${safeName(namesOf(owners))}, ${members.length} ${members.length === 1 ? "person" : "people"}, ${fresh}.`,
    ...welcomeLines(invitedBy, welcomeText),
    asSteward
      ? "You ask to be let in as a steward, which reads along and decides nothing; somebody in the room lets it in."
      : mode === "return"
        ? "You are in this room already. This machine replaces the device you lost; everybody will see that you came back."
        : mode === "auto"
          ? "You are in as soon as the device of somebody there, or a steward, is on. Nobody has to approve."
          : mode === "ask"
            ? `This link lets you ask to join${needsKey ? " with an SSH key on the room's list" : ""}; somebody in the room decides.`
            : needsKey
              ? "You can join right away with an SSH key on the room's list; everybody will see which one."
              : "This link lets you join right away; everybody will see that you used it.",
    paint.dim(`This machine checked every decision since the room was founded. Relay: ${safeName(webAddress(relay))}`),
    "",
  ];
}
