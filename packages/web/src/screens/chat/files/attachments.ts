import { MAX_FILE_NAME, type Picture } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/remote";
import { batch, signal } from "@preact/signals";
import { toast } from "../../../design/Toast.js";
import { Sending } from "../../../model/transfers.js";
import { t } from "./words.js";

const encoder = new TextEncoder();

interface Looks {
  /** To be shown while it is chosen; null for what is no image. */
  readonly preview: Blob | null;
  /** It is a photo that can be sent smaller and without the camera's notes. */
  readonly canShrink: boolean;
  readonly isOriginal: boolean;
}

/** A file that a person chose. */
export class Attachment {
  readonly id = crypto.randomUUID();
  readonly looks = signal<Looks>({ preview: null, canShrink: false, isOriginal: false });
  readonly sending = signal<Sending | null>(null);
  /** Resolves when it is known how it looks. */
  readonly ready: Promise<void>;
  private photo: Blob | null = null;

  constructor(readonly file: File) {
    this.ready = this.look();
  }

  choose(isOriginal: boolean): void {
    this.looks.value = { ...this.looks.value, isOriginal };
  }

  /** The bytes to send, and what is said of them. */
  async offer(): Promise<{ bytes: Blob; name: string; mediaType: string; picture: Picture | null }> {
    await this.ready;
    const { isOriginal } = this.looks.value;
    const photo = isOriginal ? null : this.photo;
    const bytes = photo ?? this.file;
    const { pictureOf } = await import("./picture.js");
    const name = shortened(photo ? this.file.name.replace(/\.[^.]*$/u, "") + ".jpg" : this.file.name);
    return { bytes, name, mediaType: mediaTypeOf(photo ?? this.file), picture: await pictureOf(bytes) };
  }

  private async look(): Promise<void> {
    // Most people send text: what pictures need is fetched with the first file.
    const { asPhoto, headerOf } = await import("./picture.js");
    try {
      if (!(await headerOf(this.file))) return;
      this.photo = await asPhoto(this.file);
      this.looks.value = { ...this.looks.value, preview: this.photo ?? this.file, canShrink: this.photo !== null };
    } catch {
      // What cannot be decoded is sent as a file.
    }
  }
}

/** The files of one room that were chosen, or are on their way. */
export class Attachments {
  readonly all = signal<readonly Attachment[]>([]);

  constructor(private readonly room: RoomKey) {}

  /** Whether there is something to be sent that was not begun. */
  get hasChosen(): boolean {
    return this.all.value.some(({ sending }) => sending.value === null);
  }

  add(files: readonly File[]): void {
    const good = files.filter(({ size }) => size > 0);
    for (const { name } of files.filter(({ size }) => size === 0)) toast({ text: t.empty(name), tone: "danger" });
    this.all.value = [...this.all.value, ...good.map((file) => new Attachment(file))];
  }

  /** Sends all that was chosen, one after the other; the caption and what it answers go with the first. */
  async send(caption: string, ref: Uint8Array | null): Promise<void> {
    const chosen = this.all.value.filter(({ sending }) => sending.value === null);
    let words = { caption, ref };
    for (const attachment of chosen) {
      const offered = await attachment.offer();
      if (!this.all.value.includes(attachment)) continue;
      attachment.sending.value = new Sending(this.room, { ...offered, ...words });
      words = { caption: "", ref: null };
      await this.again(attachment);
    }
  }

  async again(attachment: Attachment): Promise<void> {
    if (await attachment.sending.value?.send()) this.drop(attachment);
  }

  /** Takes it away; when it is on its way, that ends. */
  remove(attachment: Attachment): void {
    batch(() => {
      attachment.sending.value?.cancel();
      this.drop(attachment);
    });
  }

  private drop(attachment: Attachment): void {
    this.all.value = this.all.value.filter((each) => each !== attachment);
  }
}

// The form that a card takes; what a browser does not know, it leaves empty.
function mediaTypeOf({ type }: Blob): string {
  const plain = type.toLowerCase().split(";")[0]!.trim();
  return /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/u.test(plain) && plain.length <= 127 ? plain : "";
}

// From the start: the end tells what kind it is.
function shortened(name: string): string {
  let short = name === "" ? "file" : name;
  while (encoder.encode(short).length > MAX_FILE_NAME) short = Array.from(short).slice(1).join("");
  return short;
}
