import { explainProblem, type Pause } from "@conclave/client";

/** Why sending is stopped. */
export function pauseSentence(pause: Pause): string {
  switch (pause.why) {
    case "alarm":
      return pause.alarm.sentence;
    case "restored":
      return explainProblem({ kind: "restored" });
    case "update_needed":
      return `${explainProblem({ kind: "update_needed" })} Update it.`;
    case "failed":
      return `this home's storage failed (${pause.message}): ${explainProblem({ kind: "closed" })}`;
  }
}
