import type { Decision } from "@conclave/client";
import {
  ArrowLeftRight,
  CircleArrowUp,
  Clock3,
  Crown,
  DoorOpen,
  KeyRound,
  Link2,
  Link2Off,
  Lock,
  type LucideIcon,
  MonitorSmartphone,
  Pencil,
  Gavel,
  Server,
  Sprout,
  UserRoundMinus,
  UserRoundPlus,
} from "lucide-preact";

const ICONS: Readonly<Record<Decision["action"]["type"], LucideIcon>> = {
  charter: Sprout,
  add: UserRoundPlus,
  remove: UserRoundMinus,
  leave: DoorOpen,
  setRole: Crown,
  setPolicy: Gavel,
  transferOwnership: ArrowLeftRight,
  addDevice: MonitorSmartphone,
  removeDevice: MonitorSmartphone,
  return: Gavel,
  reseat: MonitorSmartphone,
  createInvite: Link2,
  openReturn: Link2,
  revokeInvite: Link2Off,
  allow: KeyRound,
  disallow: KeyRound,
  setTitle: Pencil,
  seal: Lock,
  setRelay: Server,
  setMirrors: Server,
  tick: Clock3,
  resetTime: Clock3,
  upgrade: CircleArrowUp,
};

/** What a decision is drawn with: decoration beside its sentence. */
export function iconOf({ type }: Decision["action"]): LucideIcon {
  return ICONS[type];
}
