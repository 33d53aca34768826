import type { Channel } from "./channel.js";
import type { Told } from "./remoteHome.js";

/** Serves one page at the channel's other end until the returned function is called. */
export type Serve = (page: Channel) => () => void;

/** What tabs say to each other. */
type TabMessage =
  /** A new leader: say hello. */
  | { readonly leads: string }
  /** A follower is there. */
  | { readonly from: string; readonly hello: true }
  /** The leader knows a follower. */
  | { readonly to: string; readonly by: string; readonly welcome: true }
  /** Whether the leader still does anything, and that it does. */
  | { readonly from: string; readonly ping: true }
  | { readonly to: string; readonly pong: true }
  | { readonly from: string; readonly body: unknown }
  | { readonly to: string; readonly by: string; readonly body: unknown };

/**
 * Lets all tabs of an origin use one home. Each tab's worker calls this once, with the channel to its page. One worker
 * leads: it alone opens the home (`lead`), and serves its own page and, through a BroadcastChannel, the others'. When its
 * tab closes or crashes the browser frees its lock, and the next worker leads: pages are told `moved`. A leader that hangs
 * is asked again and again for a quarter of a minute, and then its lock is taken from it.
 *
 * RULE: client.one-leader: the home is opened by the holder of a Web Lock alone; other tabs ask it (attack A65).
 *
 * @param name Names the home, the same in every tab.
 * @param id Names this tab: random.
 * @param does `lead` opens the home; with `takeOver` from a tab that hangs. `lost`: another tab has taken the lead, because
 *   this one hung: end at once.
 */
export function joinTabs(
  name: string,
  id: string,
  page: Channel,
  { lead, lost }: { readonly lead: (takeOver: boolean) => Serve; readonly lost: () => void },
): void {
  const tabs = new BroadcastChannel(`conclave/${name}`);
  const follower = new Follower(id, page, tabs);
  const lock = `conclave-leader/${name}`;
  const waiting = new AbortController();
  let isLeading = false;
  const rule = (takeOver: boolean) => {
    isLeading = true;
    watch.stop();
    follower.stop();
    const serve = lead(takeOver);
    serve(page);
    new Leader(id, tabs, serve, lost);
    tabs.postMessage({ leads: id } satisfies TabMessage);
    page.send(MOVED);
    return forever();
  };
  const ended = (error: unknown) => {
    // RULE: tabs.lost: whose lock was taken does nothing more; what it had still begun, its storage refuses (attack A65).
    if (isLeading) lost();
    else if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
  };
  const watch = new LeaderWatch(id, tabs, `conclave-takeover/${name}`, () => {
    if (isLeading) return;
    waiting.abort();
    void navigator.locks.request(lock, { steal: true }, () => rule(true)).catch(ended);
  });
  void navigator.locks.request(lock, { signal: waiting.signal }, () => rule(false)).catch(ended);
  // Held as long as this worker lives: so the leader learns when it is gone. Before it is held nobody hears of us: the
  // leader would get it first, and believe us gone.
  void navigator.locks.request(tabLock(id), () => {
    follower.arrive();
    return forever();
  });
}

/**
 * Resolves when the worker that joined with this id is gone, however it ended: browsers tell a page nothing when its worker is
 * killed. Ask for it after that worker's first answer.
 */
export async function tabEnds(id: string): Promise<void> {
  await navigator.locks.request(tabLock(id), () => undefined);
}

const MOVED: Told<{ readonly type: "moved" }> = { event: { type: "moved" } };

/** Passes messages between this tab's page and the leader. */
class Follower {
  private isThere = false;
  private isOver = false;
  private isWelcome = false;
  /** Whom we heard of last. */
  private leader: string | null = null;
  private waiting: unknown[] = [];
  private readonly stops: (() => void)[];

  constructor(
    private readonly id: string,
    page: Channel,
    private readonly tabs: BroadcastChannel,
  ) {
    const take = ({ data }: MessageEvent<TabMessage>) => {
      if ("leads" in data) {
        this.leader = data.leads;
        this.isWelcome = false;
        this.waiting = [];
        page.send(MOVED);
        this.hello();
      } else if ("to" in data && data.to === id) {
        // One that hung and wakes up has nothing to say any more.
        if ("by" in data && data.by !== (this.leader ??= data.by)) return;
        if ("body" in data) page.send(data.body);
        else if ("welcome" in data) this.welcome();
      }
    };
    tabs.addEventListener("message", take);
    const unlisten = page.listen((body) => {
      if (this.isWelcome) this.tabs.postMessage({ from: id, body } satisfies TabMessage);
      else this.waiting.push(body);
    });
    this.stops = [
      unlisten,
      () => {
        tabs.removeEventListener("message", take);
      },
    ];
  }

  /** Begins to be heard. */
  arrive(): void {
    if (this.isOver) return;
    this.isThere = true;
    this.hello();
  }

  private hello(): void {
    if (!this.isThere) return;
    this.tabs.postMessage({ from: this.id, hello: true } satisfies TabMessage);
  }

  /** What waited is said again by the page, which is told `moved`. */
  stop(): void {
    this.isOver = true;
    for (const stop of this.stops) stop();
  }

  private welcome(): void {
    this.isWelcome = true;
    for (const body of this.waiting.splice(0)) this.tabs.postMessage({ from: this.id, body } satisfies TabMessage);
  }
}

/** Serves the pages of other tabs. */
class Leader {
  private readonly pages = new Map<string, (message: unknown) => void>();

  constructor(
    private readonly id: string,
    private readonly tabs: BroadcastChannel,
    private readonly serve: Serve,
    lost: () => void,
  ) {
    tabs.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
      if ("leads" in data) lost();
      if (!("from" in data)) return;
      if ("hello" in data) this.welcome(data.from);
      else if ("ping" in data) this.tabs.postMessage({ to: data.from, pong: true } satisfies TabMessage);
      else this.pages.get(data.from)?.(data.body);
    });
  }

  private welcome(id: string): void {
    if (!this.pages.has(id)) this.take(id);
    this.tabs.postMessage({ to: id, by: this.id, welcome: true } satisfies TabMessage);
  }

  private take(id: string): void {
    const listeners = new Set<(message: unknown) => void>();
    const end = this.serve({
      send: (body) => {
        this.tabs.postMessage({ to: id, by: this.id, body } satisfies TabMessage);
      },
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
    this.pages.set(id, (body) => {
      for (const listener of listeners) listener(body);
    });
    // Granted when that tab is gone.
    void navigator.locks.request(tabLock(id), () => {
      this.pages.delete(id);
      end();
    });
  }
}

/** How often the leader is asked (ms), and how often in a row it may leave that unanswered. */
const PING_MS = 3_000;
const MOST_MISSED = 4;

/**
 * Tells when the leader does nothing any more. Questions are counted, not time: after the machine has slept, all tabs wake
 * up together.
 */
class LeaderWatch {
  private missed = 0;
  private isTaking = false;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly take = ({ data }: MessageEvent<TabMessage>) => {
    if ("leads" in data || ("pong" in data && data.to === this.id)) this.missed = 0;
  };

  constructor(
    private readonly id: string,
    private readonly tabs: BroadcastChannel,
    /** Held by the one tab that takes over. */
    private readonly lock: string,
    private readonly takeOver: () => void,
  ) {
    tabs.addEventListener("message", this.take);
    this.timer = setInterval(() => {
      if (this.missed >= MOST_MISSED) void this.tryToTake();
      else this.ask();
    }, PING_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.tabs.removeEventListener("message", this.take);
  }

  private ask(): void {
    this.missed++;
    this.tabs.postMessage({ from: this.id, ping: true } satisfies TabMessage);
  }

  /** Of several tabs one takes over; and it asks once more. */
  private async tryToTake(): Promise<void> {
    if (this.isTaking) return;
    this.isTaking = true;
    await navigator.locks.request(this.lock, { ifAvailable: true }, async (held) => {
      if (!held) return;
      this.ask();
      await pause();
      if (this.missed <= MOST_MISSED) return;
      this.takeOver();
      // The others hear who leads now before the next of them may try.
      await pause();
    });
    this.isTaking = false;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PING_MS));
}

function tabLock(id: string): string {
  return `conclave-tab/${id}`;
}

function forever(): Promise<never> {
  return new Promise<never>(() => undefined);
}
