import { EXIT } from "../exitCode.js";
import { withHome, type CommandContext } from "../program/globals.js";
import { canAsk } from "../terminal/consent.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave chat`: a screen in a terminal, lines otherwise. */
export async function chat(context: CommandContext): Promise<void> {
  const { options, output } = context;
  const history = wholeNumber("--history", options["history"], 5000);
  const isPlain = options["plain"] === true || context.json || !process.stdin.isTTY || !process.stdout.isTTY;
  await withHome(context, "write", async (home) => {
    const room = home.room(context.room);
    output.about(room.summary().id);
    if (isPlain) {
      const { plainChat } = await import("../chat/plainChat.js");
      const exit = await plainChat(room, output, {
        history,
        isFollowing: options["follow"] === true,
        isPerson: canAsk(context),
        takesCommands: options["commands"] === true,
      });
      if (exit !== EXIT.ok) process.exitCode = exit;
      return;
    }
    const { runChatScreen } = await import("../chat/runChatScreen.js");
    await runChatScreen(room, history);
  });
}
