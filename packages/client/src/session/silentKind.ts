import { ProtocolKind } from "@conclave/protocol";

/** The kind of a message that says nothing but: this is how I see the room, now (docs/protocol.md §8). */
export const HEARTBEAT = "heartbeat";

const SILENT: ReadonlySet<string> = new Set([
  ProtocolKind.proposal,
  ProtocolKind.approval,
  ProtocolKind.farewell,
  HEARTBEAT,
]);

/** Whether messages of this kind are no line of a timeline. */
export function isSilent(kind: string): boolean {
  return SILENT.has(kind);
}
