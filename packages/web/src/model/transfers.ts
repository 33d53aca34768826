import type { Problem, TimelineMessage } from "@conclave/client";
import type { FileCard, BlobId } from "@conclave/client/pure";
import type { OfferedFile, RoomKey, TransferEvent } from "@conclave/client/rpc";
import { toHex, type Result, failed } from "@conclave/codec";
import { type Signal, signal } from "@preact/signals";
import { home } from "./home.js";

/** How it stands with a file: `progress` from 0 to 1, null while nobody knows or it waits for a connection. */
export type TransferState =
  | { readonly is: "idle" }
  | { readonly is: "moving"; readonly progress: number | null; readonly isWaiting: boolean }
  | { readonly is: "failed"; readonly problem: Problem };

/** A transfer that was begun: how it stands, its end, and how to end it. */
interface Running<T> {
  readonly end: Promise<Result<T, Problem>>;
  cancel(): void;
}

const IDLE: TransferState = { is: "idle" };
const LOST: Problem = { kind: "unreachable" };

/** One file of a message that can be fetched. What was fetched stays until the room is closed. */
export class Download {
  readonly state = signal<TransferState>(IDLE);
  readonly blob = signal<Blob | null>(null);
  private running: Running<Blob> | null = null;

  constructor(
    private readonly room: RoomKey,
    private readonly card: FileCard,
  ) {}

  /** Resolves with the verified bytes; null when it failed or was cancelled, as `state` says. Asked twice it runs once. */
  async fetch(): Promise<Blob | null> {
    if (this.blob.value) return this.blob.value;
    this.running ??= run(this.state, (transfer) => home().home.fetchFile(this.room, transfer, this.card));
    const running = this.running;
    const fetched = await running.end;
    this.running = null;
    if (fetched.ok) this.blob.value = fetched.value;
    return this.blob.value;
  }

  cancel(): void {
    this.running?.cancel();
  }
}

/** One file that is being sent. */
export class Sending {
  readonly state = signal<TransferState>(IDLE);
  private running: Running<TimelineMessage> | null = null;

  constructor(
    private readonly room: RoomKey,
    readonly file: OfferedFile,
  ) {}

  /** True when the message is on its way; false when it failed or was cancelled. Can be called again. */
  async send(): Promise<boolean> {
    const resume = await this.unfinished();
    const file = resume ? { ...this.file, resume } : this.file;
    this.running = run(this.state, (transfer) => home().home.attachFile(this.room, transfer, file));
    const { ok } = await this.running.end;
    this.running = null;
    return ok;
  }

  cancel(): void {
    this.running?.cancel();
  }

  // Of an earlier try that was broken off (the tab that had the home was closed): it goes on where it was.
  private async unfinished(): Promise<BlobId | null> {
    const { name, bytes } = this.file;
    try {
      const uploads = await home().room(this.room).uploads();
      return uploads.find((each) => !each.isRunning && each.name === name && each.size === bytes.size)?.id ?? null;
    } catch {
      return null;
    }
  }
}

/** The downloads of one room, by message. */
export class Downloads {
  private readonly known = new Map<string, Download>();

  constructor(private readonly room: RoomKey) {}

  of(message: TimelineMessage, card: FileCard): Download {
    const key = toHex(message.id);
    let download = this.known.get(key);
    if (!download) this.known.set(key, (download = new Download(this.room, card)));
    return download;
  }

  close(): void {
    for (const download of this.known.values()) download.cancel();
    this.known.clear();
  }
}

function run<T>(state: Signal<TransferState>, start: (transfer: string) => Promise<Result<T, Problem>>): Running<T> {
  const transfer = crypto.randomUUID();
  state.value = { is: "moving", progress: null, isWaiting: false };
  const unwatch = home().watch((event) => {
    if (event.type === "transfer" && event.transfer === transfer) state.value = moving(event);
  });
  const finish = async () => {
    // The tab that has the home was closed: another one has it now, and it is to be begun again.
    const outcome = await start(transfer).catch(() => failed(LOST));
    unwatch();
    state.value = outcome.ok || outcome.error.kind === "cancelled" ? IDLE : { is: "failed", problem: outcome.error };
    return outcome;
  };
  return {
    end: finish(),
    cancel: () =>
      void home()
        .home.cancelTransfer(transfer)
        .catch(() => undefined),
  };
}

function moving({ progress: { state, done, total } }: TransferEvent): TransferState {
  return { is: "moving", progress: total > 0 ? done / total : null, isWaiting: state === "waiting" };
}
