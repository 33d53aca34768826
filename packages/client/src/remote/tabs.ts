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
  | { readonly to: string; readonly welcome: true }
  | { readonly from: string; readonly body: unknown }
  | { readonly to: string; readonly body: unknown };

/**
 * Lets all tabs of an origin use one home. Each tab's worker calls this once, with the channel to its page. One worker
 * leads: it alone opens the home (`lead`), and serves its own page and, through a BroadcastChannel, the others'. When its
 * tab closes or crashes the browser frees its lock, and the next worker leads: pages are told `moved`.
 *
 * RULE: client.one-leader: the home is opened by the holder of a Web Lock alone; other tabs ask it (attack A65).
 *
 * @param name Names the home, the same in every tab.
 * @param id Names this tab: random.
 */
export function joinTabs(name: string, id: string, page: Channel, lead: () => Serve): void {
  const tabs = new BroadcastChannel(`conclave/${name}`);
  const follower = new Follower(id, page, tabs);
  void navigator.locks.request(`conclave-leader/${name}`, () => {
    follower.stop();
    const serve = lead();
    serve(page);
    new Leader(tabs, serve);
    tabs.postMessage({ leads: id } satisfies TabMessage);
    page.send(MOVED);
    return forever();
  });
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
  private waiting: unknown[] = [];
  private readonly stops: (() => void)[];

  constructor(
    private readonly id: string,
    page: Channel,
    private readonly tabs: BroadcastChannel,
  ) {
    const take = ({ data }: MessageEvent<TabMessage>) => {
      if ("leads" in data) {
        this.isWelcome = false;
        this.waiting = [];
        page.send(MOVED);
        this.hello();
      } else if ("to" in data && data.to === id) {
        if ("body" in data) page.send(data.body);
        else this.welcome();
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
    private readonly tabs: BroadcastChannel,
    private readonly serve: Serve,
  ) {
    tabs.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
      if (!("from" in data)) return;
      if ("hello" in data) this.welcome(data.from);
      else this.pages.get(data.from)?.(data.body);
    });
  }

  private welcome(id: string): void {
    if (!this.pages.has(id)) this.take(id);
    this.tabs.postMessage({ to: id, welcome: true } satisfies TabMessage);
  }

  private take(id: string): void {
    const listeners = new Set<(message: unknown) => void>();
    const end = this.serve({
      send: (body) => {
        this.tabs.postMessage({ to: id, body } satisfies TabMessage);
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

function tabLock(id: string): string {
  return `conclave-tab/${id}`;
}

function forever(): Promise<never> {
  return new Promise<never>(() => undefined);
}
