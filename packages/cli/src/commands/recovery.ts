import { type CommandContext, withHome } from "../program/globals.js";
import { consent } from "../terminal/consent.js";

/** `conclave recovery`: the only place where the words are shown. */
export async function recovery(context: CommandContext): Promise<void> {
  await consent(context, "Show your recovery words? Whoever sees them can be you.");
  await withHome(context, "stored", (home) => {
    const words = home.recoveryWords();
    context.output.result({ words }, (paint) => [
      "",
      ...[0, 6, 12, 18].map((row) =>
        words
          .slice(row, row + 6)
          .map((word, at) => `${paint.dim(String(row + at + 1).padStart(4))} ${word.padEnd(9)}`)
          .join("")
          .trimEnd(),
      ),
      "",
      paint.dim(
        "Write them on paper. They bring back who you are; to come back into a room, somebody there lets you in again.",
      ),
    ]);
  });
}
