import { Copy, Pencil, Trash2, UserPlus } from "lucide-preact";
import { type MenuItem, toast } from "../../src/design/index.js";

// Long words, links and menus that several parts show.
export const LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenpensionskassenverwaltungsfachangestellte";
export const WORDS = "amber bicycle candle dolphin ember forest garnet harbour island juniper kettle lantern".split(
  " ",
);
export const LINK = `https://chat.example.org/#/join/v1.${"Qk9yZWFkIHRoaXMgYWxvdWQ".repeat(6)}`;

export const ACTIONS: readonly MenuItem[] = [
  { text: "Edit", icon: Pencil, onSelect: () => toast("Edited") },
  { text: "Copy text", icon: Copy, onSelect: () => toast({ text: "Copied", tone: "success" }) },
  {
    text: "Invite to another room",
    icon: UserPlus,
    note: "You are in no other room",
    disabled: true,
    onSelect: () => toast("No"),
  },
  "line",
  { text: "Notify me", checked: true, onSelect: () => toast("Changed") },
  { text: "Remove from the room", icon: Trash2, danger: true, onSelect: () => toast("Removed") },
];

/** The key of somebody. */
export const person = (name: string): Uint8Array => new TextEncoder().encode(name.padEnd(32, "."));
/** The id of a room. */
export const room = (n: number): string => String(n).padStart(64, "0");
