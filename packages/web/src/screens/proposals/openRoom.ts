import type { RoomDetail } from "@conclave/client/rpc";
import { createContext } from "preact";

/** The room whose conversation is shown, for the proposals in it; null until it is read. */
export const OpenRoom = createContext<RoomDetail | null>(null);
