import type { RoomSession, TimelineAlarm } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProofOf } from "../documents/alarmDocument.js";

/** Writes an alarm's proof into the home's folder, once; returns its path. */
export function proofsIn(home: string, room: RoomSession): ProofOf {
  return ({ proof, code }: TimelineAlarm) => {
    if (proof === null) return null;
    const folder = join(home, "proofs");
    const digest = createHash("sha256").update(proof).digest("hex").slice(0, 8);
    const path = join(folder, `${toHex(room.id).slice(0, 8)}-${code.toLowerCase()}-${digest}.json`);
    if (existsSync(path)) return path;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, proof, { mode: 0o600 });
    } catch (error) {
      // The home is read-only: the alarm is told now, and its proof is written once the home is writable.
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EROFS") return null;
      throw error;
    }
    return path;
  };
}
