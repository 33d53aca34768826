import type { Pause } from "@conclave/client";
import { sayAlarm, sayProblem } from "./sayProblem.js";

/** Why sending is stopped. */
export function pauseSentence(pause: Pause): string {
  switch (pause.why) {
    case "alarm":
      return sayAlarm(pause.alarm);
    case "restored":
      return sayProblem({ kind: "restored" });
    case "update_needed":
      return sayProblem({ kind: "refused", rejection: { code: "update_needed", upgraded: pause.upgraded } });
    case "relay":
      return sayProblem({ kind: "relay", error: pause.error, retryAfter: 0 });
    case "failed":
      return `This home's storage failed (${pause.message}). ${sayProblem({ kind: "closed" })}`;
  }
}
