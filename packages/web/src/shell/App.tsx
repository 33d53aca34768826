import { MessagesSquare } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../design/Button.js";
import { Questions } from "../design/Confirm.js";
import { EmptyState } from "../design/EmptyState.js";
import { Spinner } from "../design/Spinner.js";
import { Toasts } from "../design/Toast.js";
import { door, rooms, self } from "../model/home.js";
import { LiveRegions } from "../app/announce.js";
import style from "./App.module.css";
import { ErrorBoundary } from "../frame/ErrorBoundary.js";
import { Frame, type FrameProps } from "../frame/Frame.js";
import { useLastRoom } from "./lastRoom.js";
import { go, href, route, type Route } from "../app/route.js";
import { screens } from "./screens.js";
import { isInside } from "./RoomPlace.js";
import { pageTitle } from "../frame/title.js";
import { ShortcutHelp } from "../frame/ShortcutHelp.js";
import { t } from "../frame/words.js";

/** Everything on the page. */
export function App(): JSX.Element {
  return (
    <>
      <ErrorBoundary>
        <Place />
      </ErrorBoundary>
      <LiveRegions />
      <ShortcutHelp />
      <Questions />
      <Toasts />
    </>
  );
}

// What a new person may see: everything else needs a home.
const OPEN_TO_ALL: readonly Route["at"][] = ["welcome", "start", "join", "recovery"];

function Place(): JSX.Element {
  const here = route.value;
  const { state } = door.value;
  const isHome = state === "open" && here.at === "welcome";
  useLastRoom();
  useEffect(() => {
    // Who has a home starts with its rooms.
    if (isHome) go({ at: "rooms" }, { replace: true });
  }, [isHome]);

  if (state === "starting" || isHome) return <Starting />;
  const { pages, gate: Gate, list: List, banner: Top } = screens;
  const isStuck = !globalThis.isSecureContext || (state !== "open" && state !== "none");
  if (isStuck && Gate) return <Gate />;
  const at = state === "open" || OPEN_TO_ALL.includes(here.at) ? here.at : "welcome";
  const Whole = pages[at];
  if (Whole) return <Whole key={at} />;
  return (
    <Frame title={pageTitle.value || "Conclave"} list={List && <List />} banner={Top && <Top />} {...panes(here)} />
  );
}

function panes(here: Route): Pick<FrameProps, "main" | "side" | "shown" | "place" | "mainPlace"> {
  const { room: Room, settings: Settings, search: Search, panels } = screens;
  const place = href(here);
  if (here.at === "room" && Room) {
    // A room that is not here, or that one is not in yet, has no panels: its place says so. While the home is being read nobody knows.
    const room = rooms.value.get(here.key);
    const hasPanels = room ? isInside(room) : self.value === null;
    const Panel = hasPanels ? here.panel && panels[here.panel] : null;
    return {
      main: <Room key={here.key} roomKey={here.key} />,
      ...(Panel ? { side: <Panel key={place} roomKey={here.key} item={here.item} /> } : {}),
      shown: Panel ? "side" : "main",
      place,
      mainPlace: here.key,
    };
  }
  if (here.at === "settings" && Settings)
    return { main: <Settings section={here.section} />, shown: "main", place, mainPlace: here.at };
  if (here.at === "search" && Search) return { main: <Search />, shown: "main", place, mainPlace: here.at };
  return { main: <PickARoom />, shown: "list", place, mainPlace: here.at };
}

function PickARoom(): JSX.Element {
  return (
    <div class={style["middle"]}>
      <EmptyState icon={MessagesSquare} title={t.pick}>
        {t.pickText}
      </EmptyState>
    </div>
  );
}

// Only a tab that has the home and does not answer makes it take this long (ms).
const SLOW_AFTER_MS = 8_000;

function Starting(): JSX.Element {
  const [isSlow, say] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => say(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main class={style["starting"]}>
      <Spinner size={28} label={t.starting} />
      {isSlow && (
        <div class={style["slow"]} role="alert">
          <p>{t.slow}</p>
          <Button onClick={() => location.reload()}>{t.reload}</Button>
        </div>
      )}
    </main>
  );
}
