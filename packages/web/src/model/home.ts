import {
  channelOf,
  type HomeEvent,
  remoteHome,
  type RemoteHome,
  type RoomKey,
  type RoomSummary,
  type SelfView,
  tabEnds,
} from "@conclave/client/rpc";
import { batch, computed, signal } from "@preact/signals";
import { trustedScript } from "../trust/trustedScript.js";
import type { DoorCalls, DoorEvent, DoorState } from "../worker/door.js";
import workerAddress from "../worker/homeWorker.ts?worker&url";

/** The home in the worker: its calls, and everything that it tells. */
export type OpenHome = RemoteHome<DoorCalls, HomeEvent | DoorEvent>;

const link = signal<OpenHome | null>(null);

/** How the home stands. */
export const door = signal<DoorState>({ state: "starting" });
/** Who we are; null while the home is not open. */
export const self = signal<SelfView | null>(null);
/** All rooms of this home. */
export const rooms = signal<ReadonlyMap<RoomKey, RoomSummary>>(new Map());
/** All rooms, the pinned ones first; then that in which something was written last, or that one came into last. */
export const roomList = computed(() =>
  [...rooms.value.values()].sort((a, b) => Number(isPinned(b)) - Number(isPinned(a)) || newest(b) - newest(a)),
);
/** Unread messages of all rooms; of muted ones those that name the person. */
export const unread = computed(() =>
  [...rooms.value.values()].reduce((sum, { status }) => sum + (status.isMuted ? status.mentions : status.unread), 0),
);

/** What waits for a yes or no of this person in all rooms: requests to join, and proposals. */
export const needed = computed(() =>
  [...rooms.value.values()].reduce((sum, { status }) => sum + (status.standing === "member" ? status.asked : 0), 0),
);

/** The home's calls. @throws Error before `startHome`. */
export function home(): OpenHome {
  if (!link.value) throw new Error("the home has not been started");
  return link.value;
}

/** Starts the worker, and keeps the signals in step with it. Once for each page. */
export function startHome(): OpenHome {
  // Not a UUID: over plain http browsers make none, and the page has to be there to say what is wrong.
  const name = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const worker = new Worker(trustedScript(workerAddress), { type: "module", name });
  const remote: OpenHome = remoteHome<DoorCalls, HomeEvent | DoorEvent>(channelOf(worker));
  link.value = remote;
  worker.addEventListener("error", (event) => {
    door.value = { state: "stopped", message: event.message };
  });
  remote.watch((event) => {
    if (event.type === "moved") {
      hasRead = false;
      void readDoor();
    }
    if (event.type === "door") takeDoor(event.door);
    else if (event.type === "rooms") rooms.value = new Map(event.rooms.map((room) => [room.key, room]));
    else if (event.type === "room") takeRoom(event.room);
  });
  void readDoor().then(() => sayWhenGone(name));
  nudgeWhenNetworkChanges(remote);
  return remote;
}

/** So long in the background (ms), and its connections may be dead: phones cut them without a word. */
const LONG_AWAY_MS = 20_000;

function nudgeWhenNetworkChanges(remote: OpenHome): void {
  const nudge = () => {
    if (door.peek().state === "open") void remote.home.nudge().catch(() => undefined);
  };
  addEventListener("online", nudge);
  addEventListener("offline", nudge);
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (hiddenAt > 0 && Date.now() - hiddenAt > LONG_AWAY_MS) nudge();
  });
}

/** A home to act with: makes a new one where there is none. False where it is not open and a person has to do something first. */
export async function ensureHome(): Promise<boolean> {
  if (door.value.state === "none") {
    await home().home.enter({ kind: "create" });
    await readDoor();
  }
  return door.value.state === "open";
}

/** A worker that the browser has killed answers nothing, and nobody is told. */
async function sayWhenGone(worker: string): Promise<void> {
  await tabEnds(worker);
  door.value = { state: "stopped", message: "the worker has ended" };
}

async function readDoor(): Promise<void> {
  // What is lost on the way is said again when the home has moved.
  const state = await home()
    .home.door()
    .catch(() => null);
  if (state) takeDoor(state);
}

// A home is read once when it opens, and once more when another tab has it: what is shown stays until then.
let hasRead = false;

function takeDoor(state: DoorState): void {
  door.value = state;
  if (state.state !== "open") {
    hasRead = false;
    self.value = null;
    rooms.value = new Map();
  } else if (!hasRead) {
    hasRead = true;
    // Lost when the home moves, and then read returned.
    void readHome().catch(() => undefined);
  }
}

/** Resolves when the home is read the next time: it has opened, or another tab's thread has taken it over and has its rooms. */
export function homeRead(): Promise<void> {
  return new Promise((resolve) => {
    const before = self.peek();
    const stop = self.subscribe((now) => {
      if (now === null || now === before) return;
      stop();
      resolve();
    });
  });
}

async function readHome(): Promise<void> {
  const { home: calls } = home();
  const [who, all] = await Promise.all([calls.self(), calls.rooms()]);
  batch(() => {
    self.value = who;
    rooms.value = new Map(all.map((room) => [room.key, room]));
  });
}

function takeRoom(room: RoomSummary): void {
  rooms.value = new Map(rooms.value).set(room.key, room);
}

function isPinned({ status: { standing, listMarks } }: RoomSummary): boolean {
  return standing === "member" && listMarks.isPinned;
}

function newest({ status: { standing }, latest, lately, since }: RoomSummary): number {
  // On the way in: what one waits for is on top.
  if (standing === "founding" || standing === "joining" || standing === "asking") return Number.MAX_SAFE_INTEGER;
  return Math.max((latest ?? lately)?.time ?? 0, since ?? 0);
}
