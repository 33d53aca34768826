import { EXIT } from "../exitCode.js";
import type { CommandContext } from "../program/context.js";
import { roomOf, withHome } from "../program/withRoom.js";
import { keepLooking } from "../room/askFirst.js";
import { proofsIn } from "../room/proofs.js";
import { canAsk } from "../terminal/consent.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave chat`: a screen in a terminal, lines otherwise. */
export async function chat(context: CommandContext): Promise<void> {
  const { options, output } = context;
  const history = wholeNumber("--history", options["history"], 5000);
  const isPlain = options["plain"] === true || context.json || !process.stdin.isTTY || !process.stdout.isTTY;
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    const proofOf = proofsIn(context.home, room);
    const isPerson = canAsk(context);
    // A program that follows a room looks at nothing.
    const lookAway = isPerson ? keepLooking(room) : () => undefined;
    try {
      if (isPlain) {
        const { plainChat } = await import("../chat/plainChat.js");
        const exit = await plainChat(room, proofOf, output, {
          history,
          isFollowing: options["follow"] === true,
          isPerson,
          takesCommands: options["commands"] === true,
        });
        if (exit !== EXIT.ok) process.exitCode = exit;
        return;
      }
      const { runChatScreen } = await import("../chat/runChatScreen.js");
      await runChatScreen(room, proofOf, history);
    } finally {
      lookAway();
    }
  });
}
