import { ProtocolKind } from "@conclave/protocol";

const SILENT: ReadonlySet<string> = new Set([ProtocolKind.proposal, ProtocolKind.approval, ProtocolKind.farewell]);

/** Whether messages of this kind are no line of a timeline. */
export function isSilent(kind: string): boolean {
  return SILENT.has(kind);
}
