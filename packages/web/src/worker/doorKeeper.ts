import { done, failed, type Result } from "@conclave/codec";
import type { HomeIntent, HomeProblem, Secret, VaultProblem, VaultSlotView, Vault } from "@conclave/client/browser";
import { inspectBrowserHome } from "@conclave/client/page";
import type { Client } from "@conclave/client";
import { type Callable, HomeHost, type HomeEvent } from "@conclave/client/rpc";
import type { DoorCalls, DoorEvent, DoorState } from "./door.js";

interface OpenHome {
  readonly client: Client;
  readonly vault: Vault;
  readonly host: HomeHost;
}

// The engine is three times as large as all that a newcomer sees first: it comes when the door knows what is there.
const engine = () => import("./engine.js");

/** Opens, closes and serves the one home of this browser. It is made by the worker that leads. */
export class DoorKeeper {
  private state: DoorState = { state: "starting" };
  private open: OpenHome | null = null;
  /** One thing after the other: opening and closing never overlap. */
  private last: Promise<unknown>;

  constructor(
    private readonly name: string,
    private readonly tell: (event: HomeEvent | DoorEvent) => void,
    /** The tab that has the home hangs. */
    private readonly takeOver = false,
  ) {
    this.last = this.arrive();
  }

  /** What pages can call. While the home is being opened they wait: what a person does meanwhile is not lost. */
  async calls(): Promise<Callable> {
    if (this.state.state === "starting") await this.last;
    return { ...this.open?.host.calls(), ...this.doorCalls() };
  }

  private doorCalls(): DoorCalls {
    return {
      door: () => this.state,
      enter: (intent) => this.inTurn(() => this.enter(intent)),
      explainExample: async (policy, roles) => {
        const { explain, imagined } = await engine();
        const roster = imagined(policy, roles);
        return { explanation: explain(roster), people: [...roster.members.values()].map(({ person }) => person) };
      },
      addLock: (by, secret) => this.change((vault) => vault.add(by, secret)),
      changePassphrase: (old, passphrase) => this.change((vault) => vault.changePassphrase(old, passphrase)),
      removeLock: (by: Secret, slot) => this.change((vault) => vault.remove(by, slot)),
      close: () => this.inTurn(() => this.reopen(() => Promise.resolve())),
      erase: () =>
        this.inTurn(() =>
          this.reopen(async () => {
            const { eraseBrowserHome } = await engine();
            await eraseBrowserHome(this.name, "everything");
          }),
        ),
    };
  }

  /** Looks what is there, and opens what opens by itself. */
  private async arrive(): Promise<void> {
    try {
      const { state, slots } = await inspectBrowserHome(this.name);
      if (state === "ready") {
        await this.openHere(slots);
        return;
      }
      this.show(state === "locked" ? { state, slots } : { state });
      // Whoever starts here will want it: let it come, and get ready, while they read.
      void engine().then(
        ({ warmUp }) => {
          warmUp();
        },
        () => undefined,
      );
    } catch (error) {
      this.show(failure(error));
    }
  }

  private async openHere(slots: readonly VaultSlotView[]): Promise<void> {
    const answer = await this.enter({ kind: "open" });
    if (answer.ok || this.state.state !== "starting") return;
    // A key of the browser's own that opens nothing any more, where there is another way in; or something new to us.
    this.show(answer.error === "locked" ? { state: "locked", slots } : { state: "failed", message: answer.error });
  }

  private async enter(intent: HomeIntent): Promise<Result<undefined, HomeProblem>> {
    if (this.open) return failed("exists");
    try {
      const { openBrowserHome } = await engine();
      const opened = await openBrowserHome(this.name, intent, { takeOver: this.takeOver });
      if (opened.ok) {
        const { client, vault } = opened.value;
        this.open = { client, vault, host: new HomeHost(client, this.tell) };
        this.show({ state: "open", slots: vault.slots() });
        return done(undefined);
      }
      const { error: problem } = opened;
      if (problem === "in_use" || problem === "old_form") this.show({ state: problem });
      else if (problem === "keys_missing" || problem === "damaged") this.show({ state: "keys_missing" });
      return failed(problem);
    } catch (error) {
      this.show(failure(error));
      return failed("damaged");
    }
  }

  private async leave(): Promise<void> {
    const { open } = this;
    if (!open) return;
    this.open = null;
    this.show({ state: "starting" });
    open.host.stop();
    await open.client.close();
  }

  /** Closes the home, does something, and looks again: even when it failed, pages are told how it stands. */
  private async reopen(work: () => Promise<void>): Promise<void> {
    try {
      await this.leave();
      await work();
    } finally {
      await this.arrive();
    }
  }

  private async change(
    work: (vault: Vault) => Promise<Result<undefined, VaultProblem>>,
  ): Promise<Result<undefined, VaultProblem>> {
    const { open } = this;
    if (!open) return failed("no_such_slot");
    const changed = await work(open.vault);
    if (changed.ok) this.show({ state: "open", slots: open.vault.slots() });
    return changed;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work, work);
    this.last = done.catch(() => undefined);
    return done;
  }

  private show(state: DoorState): void {
    this.state = state;
    this.tell({ type: "door", door: state });
  }
}

function failure(error: unknown): DoorState {
  return { state: "failed", message: error instanceof Error ? error.message : "the browser's storage failed" };
}
