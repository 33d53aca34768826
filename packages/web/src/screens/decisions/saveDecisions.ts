import { toHex } from "@conclave/codec";
import type { Decision } from "@conclave/client";
import type { RoomKey } from "@conclave/client/rpc";
import { saveFile } from "../../app/saveFile.js";

/** Gives the person all decisions of a room as a JSON file, bytes in hexadecimal. */
export function saveDecisions(key: RoomKey, decisions: readonly Decision[]): void {
  const text = JSON.stringify(
    decisions,
    (_name, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value),
    2,
  );
  saveFile(new Blob([text]), `conclave-decisions-${key.slice(0, 8)}.json`);
}
