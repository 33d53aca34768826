import { type CommandContext, withRoom } from "../program/globals.js";
import { policyOf } from "../session/policyView.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { reportProgress, reportSame } from "./progress.js";

/** `conclave policy`: shows who decides what, or changes it. */
export async function policy(context: CommandContext, preset: string | null): Promise<void> {
  await withRoom(context, preset === null ? "read" : "write", async (room) => {
    if (preset !== null) {
      const { title } = room.summary();
      policyOf(preset);
      if (room.policy().preset === preset) {
        reportSame(context.output, `The room's policy is ${safeName(preset)} already.`, { preset });
        return;
      }
      await consentForGood(
        context,
        `Change who decides in ${safeName(title)} to "${safeName(preset)}"? The new policy decides whether you can change it back.`,
      );
      reportProgress(context.output, await room.setPolicy(preset), `The room's policy is ${safeName(preset)} now.`, {
        preset,
      });
      return;
    }
    const current = room.policy();
    context.output.result({ policy: current }, (paint) => [
      `${paint.bold(current.preset)}${current.about === null ? "" : `: ${current.about}`}`,
      "",
      ...table(
        Object.entries(current.rules).map(([action, rule]) => [action, { text: rule, paint: paint.dim }]),
        "  ",
      ),
    ]);
  });
}
