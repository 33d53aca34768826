import type { Power } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";

/** Whether one may begin something here, alone or by asking others, by the judge of the room itself. */
export function may(detail: Pick<RoomDetail, "powers"> | null, power: Power): boolean {
  return (detail?.powers?.[power] ?? "no") !== "no";
}
