import type { RoomKey } from "@conclave/client/rpc";
import type { ComponentType } from "preact";
import { BuildBanner } from "../screens/alarms/BuildBanner.js";
import { RoomPlace } from "./RoomPlace.js";
import { WelcomeScreen } from "../screens/welcome/WelcomeScreen.js";
import { lazy } from "../frame/Lazy.js";
import type { Panel, Route } from "../app/route.js";

// Which screen shows what. The first ones come with the page; the rest is written `lazy(() => import("…").then((m) => m.Name))`.

interface Screens {
  /** Places that take the whole window. */
  readonly pages: Partial<Record<Route["at"], ComponentType>>;
  /** A home that does not open by itself: locked, keys missing, in use, failed. */
  readonly gate: ComponentType | null;
  /** The rooms, at the start of the frame. */
  readonly list: ComponentType | null;
  /** Over all panes: what concerns everything. */
  readonly banner: ComponentType | null;
  readonly room: ComponentType<{ readonly roomKey: RoomKey }> | null;
  readonly settings: ComponentType<{ readonly section: string | null }> | null;
  readonly search: ComponentType | null;
  /** Beside a conversation. */
  readonly panels: Partial<Record<Panel, ComponentType<{ readonly roomKey: RoomKey; readonly item: string | null }>>>;
}

export const screens: Screens = {
  pages: {
    welcome: WelcomeScreen,
    start: lazy(() => import("../screens/startRoom/StartRoom.js").then((m) => m.StartRoom)),
    join: lazy(() => import("../screens/join/Join.js").then((m) => m.Join)),
    recovery: lazy(() => import("../screens/recovery/Recover.js").then((m) => m.RecoverScreen)),
    sheet: lazy(() => import("../screens/recovery/SheetScreen.js").then((m) => m.SheetScreen)),
  },
  gate: lazy(() => import("../screens/locked/Gate.js").then((m) => m.Gate)),
  list: lazy(() => import("../screens/rooms/RoomsPane.js").then((m) => m.RoomsPane)),
  banner: BuildBanner,
  room: RoomPlace,
  settings: lazy(() => import("../screens/settings/SettingsScreen.js").then((m) => m.SettingsScreen)),
  search: lazy(() => import("../screens/search/SearchScreens.js").then((m) => m.SearchScreen)),
  panels: {
    invites: lazy(() => import("../screens/invites/InvitesPanel.js").then((m) => m.InvitesPanel)),
    decisions: lazy(() => import("../screens/decisions/DecisionsPanel.js").then((m) => m.DecisionsPanel)),
    people: lazy(() => import("../screens/people/PeoplePanel.js").then((m) => m.PeoplePanel)),
    approvals: lazy(() => import("../screens/approvals/ApprovalsPanel.js").then((m) => m.ApprovalsPanel)),
    verify: lazy(() => import("../screens/verify/VerifyPanel.js").then((m) => m.VerifyPanel)),
    room: lazy(() => import("../screens/roomSettings/RoomPanel.js").then((m) => m.RoomPanel)),
    alarms: lazy(() => import("../screens/alarms/AlarmsPanel.js").then((m) => m.AlarmsPanel)),
    search: lazy(() => import("../screens/search/SearchScreens.js").then((m) => m.SearchPanel)),
  },
};
