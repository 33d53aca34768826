import { ProtocolKind } from "@conclave/protocol";

const { proposal, approval, decline, withdrawal, farewell, stay, beat, probe } = ProtocolKind;
const SILENT: ReadonlySet<string> = new Set([proposal, approval, decline, withdrawal, farewell, stay, beat, probe]);

/** Whether messages of this kind are not shown in a timeline. */
export function isSilent(kind: string): boolean {
  return SILENT.has(kind);
}
