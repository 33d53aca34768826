import { readGivenLink } from "@conclave/client/pure";
import { usageError } from "../cliError.js";
import { type CommandContext, waiting, withHome } from "../program/globals.js";
import type { Invited } from "../session/home.js";
import { ask, consent } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Paint } from "../terminal/paint.js";
import { safeName } from "../terminal/safeText.js";
import { readStandardInput } from "../terminal/standardInput.js";
import { ago } from "../terminal/when.js";

/** `conclave join`: shows what the link leads to, asks, joins. */
export async function join(context: CommandContext, given: string): Promise<void> {
  const { options, output } = context;
  const link = given === "-" ? (await readStandardInput()).trim() : given;
  const read = readGivenLink(link);
  if (read.ok && read.shownTo !== null) output.warn(SHOWN(read.shownTo));
  await withHome(context, "begin", async (home) => {
    const invited = await waiting(output, home.lookAt(link));
    for (const line of describe(invited, output.paint)) output.note(line);
    const name =
      (invited.mode === "return" ? invited.ownName : (options["name"] as string | undefined)) ??
      home.name ??
      (await ask(context, "What do you call yourself?"));
    if (name === null || name.trim() === "")
      throw usageError("The room needs to know what you call yourself.", "Add --name Bob");
    await consent(context, `${invited.mode === "return" ? "Come back" : "Join"} as ${safeName(name)}?`, true);
    const room = await waiting(output, invited.accept(name, String(options["note"] ?? ""), options["stolen"] === true));
    const summary = room.summary();
    const members = room.members();
    output.about(summary.id);
    output.result({ room: summary, members }, (paint) =>
      summary.standing === "asking"
        ? [
            `${paint.green("✔")} You asked to join ${paint.bold(safeName(summary.title))}. Somebody there decides. To see whether they have:  ${nextCommand("status")}`,
          ]
        : [
            `${paint.green("✔")} You are in ${paint.bold(safeName(summary.title))}, with ${members
              .filter(({ isYou }) => !isYou)
              .map((member) => safeName(member.name))
              .join(", ")}.`,
            ...(summary.isConfirmed
              ? []
              : [
                  paint.dim(
                    "You can write at once. Somebody else's device confirms that you are in when it is next online.",
                  ),
                ]),
            "",
            `  ${nextCommand("chat")}`,
          ],
    );
  });
}

const SHOWN = (host: string) =>
  `something put this link into an address of ${safeName(host)}. Anyone who opens it there shows that server the whole link, and with\n` +
  "  it one can join. It is safer to ask for a new link, and to have this one closed.";

function describe({ title, owners, people, confirmed, confirmedBy, mode, relay }: Invited, paint: Paint): string[] {
  const fresh = `list confirmed by ${safeName(confirmedBy)} ${ago(confirmed, Date.now())}`;
  return [
    "",
    `You are joining ${paint.bold(safeName(title))}: owner ${safeName(owners)}, ${people} ${people === 1 ? "person" : "people"}, ${fresh}.`,
    mode === "return"
      ? "You are in this room. This machine takes the place of the device that you lost; everybody will see that you came back."
      : mode === "ask"
        ? "You ask to join with this link; somebody in the room decides."
        : "You join at once with this link; everybody will see that you came by it.",
    paint.dim(`Every decision since its founding was checked on this machine. Relay: ${safeName(relay)}`),
    "",
  ];
}
