import type { Progress, Result } from "@conclave/client";
import { toast } from "../../design/Toast.js";
import { sayProblem } from "../../words/problem.js";
import { t } from "./words.js";

/**
 * Waits for a decision and says what came of it: done, proposed to others, or why not. Resolves with whether it is under way.
 */
export async function carryOut(decision: Promise<Result<Progress>>): Promise<boolean> {
  const result = await decision.catch(() => null);
  if (!result) toast({ text: t.closed, tone: "danger" });
  else if (!result.ok) toast({ text: sayProblem(result.problem), tone: "danger" });
  else if (result.value.done) toast({ text: t.done, tone: "success" });
  else toast(t.proposed(result.value.have, result.value.need));
  return result?.ok === true;
}
