import { usageError } from "../cliError.js";
import type { Invited } from "../model/session.js";
import { withSession, type CommandContext } from "../program/globals.js";
import { ask, consent } from "../terminal/consent.js";
import type { Paint } from "../terminal/paint.js";
import { safeName } from "../terminal/safeText.js";
import { readStandardInput } from "../terminal/standardInput.js";
import { ago } from "../terminal/when.js";

/** `conclave join`: shows what the link leads to, asks, joins. */
export async function join(context: CommandContext, given: string): Promise<void> {
  const { options, output } = context;
  const link = given === "-" ? (await readStandardInput()).trim() : given;
  await withSession(context, "write", "join", async (session) => {
    const invited = await session.lookAt(link);
    for (const line of describe(invited, output.paint)) output.note(line);
    const name =
      (options["name"] as string | undefined) ??
      session.me()?.name ??
      (await ask(context, "What do you call yourself?"));
    if (name === null || name.trim() === "")
      throw usageError("The room needs to know what you call yourself.", "Add --name Bob");
    await consent(context, `Join as ${safeName(name)}?`);
    const room = await invited.accept(name, String(options["note"] ?? ""));
    const summary = room.summary();
    const members = room
      .members()
      .map(({ id, name: member, tag, role, isYou }) => ({ id, name: member, tag, role, isYou }));
    output.result({ room: summary, membership: summary.membership, members }, (paint) =>
      summary.membership === "requested"
        ? [`${paint.green("✔")} You asked to join. Somebody in the room has to decide; "conclave status" tells.`]
        : [
            `${paint.green("✔")} You are in ${paint.bold(safeName(summary.title))}, with ${members
              .filter(({ isYou }) => !isYou)
              .map((member) => safeName(member.name))
              .join(", ")}.`,
            ...(summary.membership === "pending"
              ? [paint.dim("Nobody has confirmed it yet: that happens when the first of them comes online.")]
              : []),
            "",
            "  conclave chat        talk",
          ],
    );
  });
}

function describe({ title, owners, people, confirmed, mode, relay }: Invited, paint: Paint): string[] {
  const owner = owners.length === 1 ? "owner" : "owners";
  const fresh = confirmed === null ? "never confirmed since" : `confirmed ${ago(confirmed, Date.now())}`;
  return [
    "",
    `You are joining ${paint.bold(safeName(title))}: ${owner} ${owners.map(safeName).join(", ")}, ${people} ${people === 1 ? "person" : "people"}, ${fresh}.`,
    mode === "ask"
      ? "Somebody in the room decides about it."
      : "With this link you are in at once; everybody will see that you came by it.",
    paint.dim(`Every decision since its founding was checked on this machine. Relay: ${safeName(relay)}`),
    "",
  ];
}
