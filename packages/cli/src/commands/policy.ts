import type { PolicyMatter } from "@conclave/protocol";
import { policyMatters } from "@conclave/words/en/policyMatters";
import { explanationDocument } from "../documents/explanationDocument.js";
import { policyDocument } from "../documents/policyDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide } from "../room/decide.js";
import { outside } from "../room/outside.js";
import { doubtOf, type ExplainedPolicy, explainedPolicy, warnOfDoubts } from "../session/explainedPolicy.js";
import { policyName, policyOf, rulesOf } from "../session/policyView.js";
import { consentForGood } from "../terminal/consent.js";
import type { Paint } from "../terminal/paint.js";
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

/** `conclave policy explain`: shows what the room's policy, or another one, means for the room as it is. */
export async function explainPolicy(context: CommandContext, text: string | undefined): Promise<void> {
  const other = text === undefined ? null : await policyOf(text);
  await withRoom(context, "read", (room) => {
    const policy = other ?? room.policy();
    if (!policy) throw outside(room);
    const explanation = room.explain(policy);
    const doubts = room.policyDoubts(policy);
    if (!explanation || !doubts) throw outside(room);
    const doubtful = doubts.map(doubtOf);
    const said = explainedPolicy(room, explanation, policy);
    const document = explanationDocument(room, policy, other === null, explanation, said, doubtful);
    const { about } = document;
    context.output.result(document, (paint) => [
      `${paint.bold(policyName(policy))}: ${about}`,
      ...(other === null ? [] : [paint.dim("This is not set: it is what it would mean for the room as it is now.")]),
      "",
      ...linesOf(said, paint),
      ...doubtful.map(({ message }) => `${paint.yellow("!")} ${message}`),
    ]);
  });
}

function linesOf({ rows, remarks }: ExplainedPolicy, paint: Paint): readonly string[] {
  return [
    ...table(
      rows.map(({ what, who }) => [what, { text: who, paint: paint.dim }]),
      "  ",
    ),
    "",
    ...remarks,
  ];
}

/** `conclave policy set`: changes who decides what. */
export async function setPolicy(context: CommandContext, text: string): Promise<void> {
  const { output } = context;
  const policy = await policyOf(text);
  await withRoom(context, "write", async (room) => {
    const action = { type: "setPolicy", policy } as const;
    const { preset } = policyDocument(policy);
    const name = policyName(policy);
    if (reportIfSame(output, room, action, `The room's policy is already ${name}.`, { preset })) return;
    const explanation = room.explain(policy);
    if (explanation)
      for (const line of linesOf(explainedPolicy(room, explanation, policy), output.paint)) output.note(line);
    const doubts = warnOfDoubts(output, room.policyDoubts(policy) ?? []);
    await consentForGood(
      context,
      `Change who decides in ${safeName(room.title)} to "${name}"? The new policy decides whether you can change it back.`,
      { doubts },
    );
    reportProgress(output, await decide(room, action), `The room's policy is now ${name}.`, { preset });
  });
}
