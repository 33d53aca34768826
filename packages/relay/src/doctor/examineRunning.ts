import { randomBytes } from "node:crypto";
import type { Arrival } from "../server/arrivals.js";
import { askLine } from "../server/lineSocket.js";
import { operatorSocketPath } from "../server/operateRelay.js";
import type { OperatorAnswer, OperatorRequest, RunningState } from "../server/operatorRequest.js";
import { askAddress, type AddressAnswer } from "./askAddress.js";

/** What a relay that runs tells of itself, and how it is reached. */
export interface RunningFacts {
  readonly state: RunningState;
  /** `/readyz` where it listens. */
  readonly ready: AddressAnswer;
  /** `/readyz` at the address that people use, and how a request to there arrived; null where it was told none. */
  readonly public: { readonly ready: AddressAnswer; readonly arrival: Arrival | null } | null;
}

/** Whether a relay runs on a data folder that keeps its rooms in PostgreSQL: what else is in the folder is not of now. */
export async function isSharedRelay(dataDir: string): Promise<boolean> {
  try {
    const request: OperatorRequest = { do: "state" };
    const answer = (await askLine(operatorSocketPath(dataDir), request)) as OperatorAnswer | undefined;
    return answer?.state?.isShared === true;
  } catch {
    return false;
  }
}

/** Where several relays are behind one address, a request may come to another one: so often it is tried. */
const ATTEMPTS = 8;

/**
 * Asks the relay that runs on a data folder, over its socket there and at its addresses. Null where none runs, or it is of a version
 * that does not answer this. Rejects when it does not answer at all.
 */
export async function examineRunning(dataDir: string): Promise<RunningFacts | null> {
  const ask = async (request: OperatorRequest): Promise<OperatorAnswer | undefined> =>
    (await askLine(operatorSocketPath(dataDir), request)) as OperatorAnswer | undefined;
  const state = (await ask({ do: "state" }))?.state;
  if (state === undefined) return null;
  const ready = await askAddress(`${state.address}/readyz`, false);
  if (state.publicUrl === null) return { state, ready, public: null };
  let arrival: Arrival | null = null;
  for (let attempt = 0; attempt < (state.isShared ? ATTEMPTS : 1) && arrival === null; attempt++) {
    const mark = randomBytes(16).toString("hex");
    const answer = await askAddress(`${state.publicUrl}/healthz?mark=${mark}`, false);
    if ("failed" in answer || answer.status !== 200) break;
    arrival = (await ask({ do: "arrival", mark }))?.arrival ?? null;
  }
  return { state, ready, public: { ready: await askAddress(`${state.publicUrl}/readyz`, true), arrival } };
}
