import type { TimelineMessage } from "@conclave/client";
import { type MessageId, MessageNonce } from "@conclave/client/pure";
import { again, type RoomKey } from "@conclave/client/rpc";
import { batch, computed, signal } from "@preact/signals";
import { toast } from "../../design/Toast.js";
import { home, homeRead } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { rawTextOf } from "./messageText.js";
import { t } from "./words.js";

/** Bytes of UTF-8 that a message may have: what fits into one of the relay's records with all that belongs to it. */
export const MOST_BYTES = 32 * 1024;
const DRAFT_SETTLES_MS = 500;
const encoder = new TextEncoder();

/** What is being written: a new message, an answer, or another wording of an own message. */
export type Mode =
  | { readonly kind: "new" }
  | { readonly kind: "reply"; readonly to: TimelineMessage }
  | { readonly kind: "edit"; readonly of: TimelineMessage };

/** The text that a person is writing in one room, and what becomes of it. Typing waits for nothing. */
export class Composition {
  readonly text = signal("");
  readonly mode = signal<Mode>({ kind: "new" });
  /** How many bytes too many it has; negative: how many it may still have. */
  readonly excess = computed(() => sizeOf(this.text.value) - MOST_BYTES);
  readonly isEmpty = computed(() => this.text.value.trim() === "");
  private hasTyped = false;
  private saving: ReturnType<typeof setTimeout> | null = null;
  /** The draft, while an own message is being changed. */
  private aside = "";

  constructor(private readonly key: RoomKey) {
    void this.recall();
  }

  write(text: string): void {
    this.hasTyped = true;
    this.text.value = text;
    if (this.mode.value.kind === "edit") return;
    if (this.saving !== null) clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), DRAFT_SETTLES_MS);
  }

  reply(to: TimelineMessage): void {
    this.leaveEdit();
    this.mode.value = { kind: "reply", to };
  }

  edit(of: TimelineMessage): void {
    if (this.mode.value.kind !== "edit") this.aside = this.text.value;
    batch(() => {
      this.mode.value = { kind: "edit", of };
      this.text.value = rawTextOf(of);
    });
  }

  /** Back to a new message: what was a draft is one again. */
  stop(): void {
    this.leaveEdit();
    this.mode.value = { kind: "new" };
  }

  /** Takes the text out of the field, to go with a file, and what it answers. */
  take(): { text: string; ref: MessageId | null } {
    const text = this.text.value.trim();
    const { value: mode } = this.mode;
    batch(() => {
      this.text.value = "";
      this.mode.value = { kind: "new" };
    });
    this.save();
    return { text, ref: mode.kind === "reply" ? mode.to.id : null };
  }

  /** Takes the text out of the field and hands it to the home, which sends it when it can. */
  async send(): Promise<void> {
    const text = this.text.value.trim();
    const mode = this.mode.value;
    if (text === "" || this.excess.value > 0) return;
    batch(() => {
      this.text.value = mode.kind === "edit" ? this.aside : "";
      this.mode.value = { kind: "new" };
    });
    this.aside = "";
    this.save();
    if (mode.kind === "edit" && rawTextOf(mode.of) === text) return;
    // A full disk, or the tab that had the home is gone: nobody knows what became of it.
    const sent = await (
      mode.kind === "edit"
        ? home().room(this.key).edit(mode.of.id, text)
        : this.post(text, mode.kind === "reply" ? mode.to.id : null)
    ).catch(() => null);
    if (sent?.ok) return;
    toast({ text: sent ? sayProblem(sent.error) : t.notKept, tone: "danger" });
    // Nothing that was written is lost.
    this.write(this.isEmpty.value ? text : `${text}\n${this.text.value}`);
  }

  /** The message has its nonce from here, so that it is there once, however often it has to be said. */
  private post(text: string, ref: MessageId | null) {
    const post = {
      nonce: MessageNonce.of(crypto.getRandomValues(new Uint8Array(16))),
      kind: "text",
      ref,
      body: encoder.encode(text),
    };
    return again(() => home().room(this.key).post(post));
  }

  /** Keeps the draft at once: the page goes away. */
  save(): void {
    if (this.saving !== null) clearTimeout(this.saving);
    this.saving = null;
    const text = this.mode.value.kind === "edit" ? this.aside : this.text.value;
    if (this.hasTyped) {
      void again(() => home().room(this.key).setDraft(text)).catch(() => undefined);
    }
  }

  private leaveEdit(): void {
    if (this.mode.value.kind !== "edit") return;
    this.text.value = this.aside;
    this.aside = "";
  }

  private async recall(): Promise<void> {
    const draft: unknown = await home()
      .room(this.key)
      .draft()
      .catch(() => null);
    if (this.hasTyped) return;
    if (typeof draft === "string") this.text.value = draft;
    else await homeRead().then(() => this.recall());
  }
}

/** Whether a message may have this text. */
export function fitsMessage(text: string): boolean {
  return sizeOf(text) <= MOST_BYTES;
}

// Most texts are so short that nobody has to count.
function sizeOf(text: string): number {
  return text.length * 3 <= MOST_BYTES ? text.length : encoder.encode(text).length;
}
