import type { Failure, Result } from "@conclave/codec";
import type { Decision, DecisionProgress, Problem } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { hostOf } from "../../app/site.js";
import { toast, type ToastOptions } from "../../design/Toast.js";
import { askClock } from "../../model/askClock.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { sayPolicy } from "./presets.js";
import { outcomes } from "./outcomeWords.js";

type Action = Decision["action"];

/** What was decided, for the sentence that says what is so now. */
export interface Decided {
  /** Null: the recovery words bring one back. */
  readonly action: Action | null;
  /** The name of the person it is about. */
  readonly of?: string;
  /** It was a yes to what somebody else asked for. */
  readonly isApproval?: boolean;
  /** What takes it back, and where: offered when that is done at once too. */
  readonly undo?: { readonly room: RoomKey; readonly action: Action };
}

/**
 * Waits for a decision and says what came of it: what is so now, that others are asked, or why not. Resolves with whether it
 * is under way.
 */
export async function carryOut(
  decision: Promise<Result<DecisionProgress, Problem>>,
  decided: Decided,
): Promise<boolean> {
  const result = await decision.catch(() => null);
  if (result && !result.ok && result.error.kind === "clock") {
    if (await askClock()) toast({ text: outcomes.onceMore });
  } else if (!result?.ok) toast(failure(result));
  else toast(await success(result.value, decided));
  return result?.ok === true;
}

/** Waits for a no, or for something to be taken back: the screen shows that it is so; only a failure is said. */
export async function sayNo(answer: Promise<Result<unknown, Problem>>): Promise<boolean> {
  const result = await answer.catch(() => null);
  if (!result?.ok) toast(failure(result));
  return result?.ok === true;
}

function failure(result: Failure<Problem> | null): ToastOptions {
  return { text: result ? sayProblem(result.error) : outcomes.closed, tone: "danger" };
}

async function success(progress: DecisionProgress, decided: Decided): Promise<ToastOptions> {
  const { isApproval, undo } = decided;
  if (!progress.done) {
    const missing = progress.need - progress.have;
    if (!isApproval) return { text: outcomes.asked({ count: Math.max(1, missing) }) };
    return { text: missing > 0 ? outcomes.approvedMore({ count: missing }) : outcomes.approvedLast, tone: "success" };
  }
  const what = sayOutcome(decided);
  const said = { text: isApproval ? outcomes.approved({ what }) : what, tone: "success" } as const;
  const calls = undo && home().room(undo.room);
  const canUndo = calls && (await calls.outlook(undo.action).catch(() => null))?.can === "alone";
  if (!canUndo) return said;
  const run = () => void carryOut(calls.decide(undo.action), { action: undo.action, of: decided.of ?? "" });
  return { ...said, action: { text: outcomes.undo, run } };
}

function sayOutcome({ action, of: name = "" }: Decided): string {
  switch (action?.type) {
    case undefined:
      return outcomes.ready;
    case "setRole":
      return outcomes[action.role === "member" ? "toMember" : action.role === "admin" ? "toAdmin" : "toOwner"]({
        name,
      });
    case "remove":
      return outcomes[action.ban ? "ban" : "remove"]({ name });
    case "setTitle":
      return outcomes.setTitle({ name: plainName(action.title) });
    case "setPolicy": {
      const { title } = sayPolicy(action.policy);
      return title === null ? outcomes.setPolicy : outcomes.setPolicyTo({ name: title });
    }
    case "add":
    case "transferOwnership":
      return outcomes[action.type]({ name });
    case "upgrade":
      return outcomes.upgrade({ version: String(action.version) });
    case "setRelay":
      return outcomes.setRelay({ host: hostOf(action.relay.address) ?? plainName(action.relay.address) });
    case "seal":
    case "createInvite":
    case "revokeInvite":
    case "resetTime":
    case "setMirrors":
      return outcomes[action.type];
    case "allow":
    case "disallow":
      return outcomes[action.type]({ count: action.keys.length });
    case "charter":
    case "leave":
    case "return":
    case "reseat":
    case "addDevice":
    case "removeDevice":
    case "openReturn":
    case "tick":
      return outcomes.other;
  }
}
