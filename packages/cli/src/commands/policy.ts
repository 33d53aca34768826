import { policyDocument } from "../documents/policyDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide } from "../room/decide.js";
import { outside } from "../room/outside.js";
import { policyOf } from "../session/policyView.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { reportIfSame, reportProgress } from "./progress.js";

/** `conclave policy`: shows who decides what, or changes it. */
export async function policy(context: CommandContext, preset: string | null): Promise<void> {
  await (preset === null ? show(context) : change(context, preset));
}

async function show(context: CommandContext): Promise<void> {
  await withRoom(context, "read", (room) => {
    const policy = room.policy();
    if (!policy) throw outside(room);
    const current = policyDocument(policy);
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

async function change(context: CommandContext, preset: string): Promise<void> {
  const { output } = context;
  const shown = safeName(preset);
  await withRoom(context, "write", async (room) => {
    const action = { type: "setPolicy", policy: policyOf(preset) } as const;
    if (reportIfSame(output, room, action, `The room's policy is already ${shown}.`, { preset })) return;
    await consentForGood(
      context,
      `Change who decides in ${safeName(room.title)} to "${shown}"? The new policy decides whether you can change it back.`,
    );
    reportProgress(output, await decide(room, action), `The room's policy is now ${shown}.`, { preset });
  });
}
