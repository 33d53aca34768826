import { usageError } from "../cliError.js";
import { withSession, type CommandContext } from "../program/globals.js";
import { ask } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";

const DEFAULT_RELAY = "http://127.0.0.1:4430";

/** `conclave room new`: founds a room, and makes its first invite. */
export async function roomNew(context: CommandContext, title: string): Promise<void> {
  const { options, output } = context;
  const name = (options["name"] as string | undefined) ?? (await ask(context, "What do you call yourself?"));
  if (name === null || name.trim() === "")
    throw usageError("The room needs to know what you call yourself.", "Add --name Alice");
  const relay = String(options["relay"] ?? process.env["CONCLAVE_RELAY"] ?? DEFAULT_RELAY);
  await withSession(context, "write", "room new", async (session) => {
    const room = await session.createRoom({
      title,
      name,
      preset: String(options["preset"]),
      relay,
      permit: process.env["CONCLAVE_PERMIT"] ?? null,
    });
    const invite =
      options["invite"] === false
        ? null
        : await room.invite({ label: "first invite", uses: null, expires: null, mode: "direct" });
    const summary = room.summary();
    output.result({ room: summary, link: invite?.link ?? null, invitation: invite?.invitation ?? null }, (paint) => [
      `${paint.green("✔")} ${paint.bold(safeName(summary.title))} exists, and you are its owner.`,
      "",
      ...(invite
        ? [
            "Invite people with this link. Whoever has it can join, even while you are offline:",
            "",
            `  ${paint.cyan(invite.link)}`,
            "",
          ]
        : []),
      "Next:",
      ...(invite ? ["  conclave join 'LINK' --name Bob --home ./bob     try it as somebody else"] : []),
      "  conclave chat                                    talk",
      "  conclave recovery                                write down the words that bring you back",
    ]);
  });
}
