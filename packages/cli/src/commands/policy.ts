import type { PolicyMatter } from "@conclave/protocol";
import { policyMatters } from "@conclave/words/en/policyMatters";
import { policyDocument } from "../documents/policyDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide } from "../room/decide.js";
import { outside } from "../room/outside.js";
import { policyName, policyOf, rulesOf } from "../session/policyView.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { reportIfSame, reportProgress } from "./progress.js";

/** `conclave policy show`: shows who decides what. */
export async function showPolicy(context: CommandContext): Promise<void> {
  await withRoom(context, "read", (room) => {
    const policy = room.policy();
    if (!policy) throw outside(room);
    const current = policyDocument(policy);
    const words = rulesOf(policy);
    const matters = Object.keys(words) as PolicyMatter[];
    context.output.result(current, (paint) => [
      `${paint.bold(policyName(policy))}: ${current.about}`,
      "",
      ...table(
        matters.map((matter) => [policyMatters[matter], { text: words[matter], paint: paint.dim }]),
        "  ",
      ),
    ]);
  });
}

/** `conclave policy set`: changes who decides what. */
export async function setPolicy(context: CommandContext, text: string): Promise<void> {
  const { output } = context;
  await withRoom(context, "write", async (room) => {
    const action = { type: "setPolicy", policy: policyOf(text) } as const;
    const { preset } = policyDocument(action.policy);
    const name = policyName(action.policy);
    if (reportIfSame(output, room, action, `The room's policy is already ${name}.`, { preset })) return;
    await consentForGood(
      context,
      `Change who decides in ${safeName(room.title)} to "${name}"? The new policy decides whether you can change it back.`,
    );
    reportProgress(output, await decide(room, action), `The room's policy is now ${name}.`, { preset });
  });
}
