import type { UnfinishedUpload } from "@conclave/client";
import { MAX_FILE_NAME_BYTES, MAX_FILE_BYTES, type Picture, plainName, type MessageId } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { batch, computed, effect, signal } from "@preact/signals";
import { toast } from "../../../design/Toast.js";
import { home, rooms, self } from "../../../model/home.js";
import { Sending } from "../../../model/transfers.js";
import { fileSize } from "../../../words/say.js";
import { t } from "./words.js";

const LONGEST_NAME = 80;

const encoder = new TextEncoder();

interface Looks {
  /** To be shown while it is chosen; null for what is no image. */
  readonly preview: Blob | null;
  /** It is sent without what the camera wrote into it, unless the person wants the original. */
  readonly isCleaned: boolean;
  /** It is a picture that may hold place and time, and cannot be cleaned of them: its person has to want the original. */
  readonly mayTell: boolean;
  readonly isOriginal: boolean;
}

/** A file that a person chose. */
export class Attachment {
  readonly id = crypto.randomUUID();
  readonly looks = signal<Looks>({ preview: null, isCleaned: false, mayTell: false, isOriginal: false });
  readonly sending = signal<Sending | null>(null);
  /** Resolves when it is known how it looks. */
  readonly ready: Promise<void>;
  /** A photo, smaller; or the same picture without notes. */
  private photo: Blob | null = null;
  private clean: Blob | null = null;

  constructor(readonly file: File) {
    this.ready = this.look();
  }

  /** Whether an upload with this name and size is of this file. */
  is(name: string, size: number): boolean {
    const { file, photo, clean } = this;
    if (file.name === name && (file.size === size || clean?.size === size)) return true;
    return photo !== null && photo.size === size;
  }

  choose(isOriginal: boolean): void {
    this.looks.value = { ...this.looks.value, isOriginal };
  }

  /** The bytes to send, and what is said of them. */
  async offer(): Promise<{ bytes: Blob; name: string; mediaType: string; picture: Picture | null }> {
    await this.ready;
    const { isOriginal } = this.looks.value;
    const photo = isOriginal ? null : this.photo;
    const bytes = photo ?? (isOriginal ? null : this.clean) ?? this.file;
    const { pictureOf } = await import("./picture.js");
    const name = shortened(photo ? this.file.name.replace(/\.[^.]*$/u, "") + ".jpg" : this.file.name);
    return { bytes, name, mediaType: mediaTypeOf(photo ?? this.file), picture: await pictureOf(bytes) };
  }

  private async look(): Promise<void> {
    // Most people send text: what pictures need is fetched with the first file.
    const { asPhoto, cleaned, headerOf } = await import("./picture.js");
    try {
      if (await headerOf(this.file)) {
        this.photo = await asPhoto(this.file);
        this.looks.value = { ...this.looks.value, preview: this.photo ?? this.file };
      }
    } catch {
      // What cannot be decoded is shown as a file.
    }
    // RULE: web.no-notes: whatever the format, a picture goes without what the camera wrote into it, or its person is told.
    const clean = this.photo === null ? await cleaned(this.file).catch(() => "unknown" as const) : null;
    this.clean = clean instanceof Blob ? clean : null;
    const isCleaned = this.photo !== null || this.clean !== null;
    this.looks.value = { ...this.looks.value, isCleaned, mayTell: clean === "unknown" };
  }
}

/** The files of one room that were chosen, or are on their way. */
export class Attachments {
  readonly all = signal<readonly Attachment[]>([]);
  /** Begun on an earlier visit: the same file, chosen again, goes on where it was. */
  readonly unfinished = computed(() =>
    this.begun.value.filter(({ name, size }) => !this.all.value.some((each) => each.is(name, size))),
  );
  private readonly begun = signal<readonly UnfinishedUpload[]>([]);

  constructor(private readonly room: RoomKey) {}

  /** Looks again what is unfinished. */
  async look(): Promise<void> {
    const uploads = await home()
      .room(this.room)
      .uploads()
      .catch(() => []);
    this.begun.value = uploads.filter(({ isRunning }) => !isRunning);
  }

  /** Gives up a file that was begun on an earlier visit. */
  async discard({ id }: UnfinishedUpload): Promise<void> {
    this.begun.value = this.begun.value.filter((each) => each.id !== id);
    await home()
      .room(this.room)
      .discardUpload(id)
      .catch(() => undefined);
  }

  /** Whether there is something to be sent that was not begun. */
  get hasChosen(): boolean {
    return this.all.value.some(({ sending }) => sending.value === null);
  }

  add(files: readonly File[]): void {
    const most = this.most();
    const good = files.filter(({ name, size }) => {
      if (size === 0) refuse(t.empty({ name: plainName(name, LONGEST_NAME) }));
      else if (size > most) refuse(t.tooLarge({ name: plainName(name, LONGEST_NAME), most: fileSize(most) }));
      return size > 0 && size <= most;
    });
    if (good.length > 0) this.all.value = [...this.all.value, ...good.map((file) => new Attachment(file))];
  }

  /** Adds a text that is too long for a message; false when it is too large for a file as well. */
  addText(text: string): boolean {
    const file = new File([text], t.textName, { type: "text/plain" });
    this.add([file]);
    return file.size <= this.most();
  }

  /** What the room's relay takes is told when a file is chosen, not after it was sent for a while. */
  private most(): number {
    return Math.min(MAX_FILE_BYTES, rooms.value.get(this.room)?.status.fileLimit ?? MAX_FILE_BYTES);
  }

  /** Adds the files of something that was dropped or pasted; false when there are none. */
  take(from: DataTransfer | null): boolean {
    const items = [...(from?.items ?? [])].filter(({ kind }) => kind === "file");
    const files = items.flatMap((item) => {
      // A folder looks like a file that cannot be read.
      const entry = item.webkitGetAsEntry();
      if (entry?.isDirectory) refuse(t.folder({ name: plainName(entry.name, LONGEST_NAME) }));
      return (!entry?.isDirectory && item.getAsFile()) || [];
    });
    this.add(files);
    return items.length > 0;
  }

  /** Whether everything that was chosen may go as it is; else says which file its person has to look at. */
  async mayGo(): Promise<boolean> {
    const chosen = this.all.value.filter(({ sending }) => sending.value === null);
    await Promise.all(chosen.map(({ ready }) => ready));
    const telling = chosen.find(({ looks: { value } }) => value.mayTell && !value.isOriginal);
    if (telling) refuse(t.mayTell({ name: plainName(telling.file.name, LONGEST_NAME) }));
    return telling === undefined;
  }

  /** Sends all that was chosen, one after the other; the caption and what it answers go with the first. */
  async send(caption: string, ref: MessageId | null): Promise<void> {
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
    const isSent = await attachment.sending.value?.send();
    await this.look();
    if (isSent) this.drop(attachment);
  }

  /** Takes it away; when it is on its way, that ends. */
  remove(attachment: Attachment): void {
    batch(() => {
      attachment.sending.value?.cancel();
      this.drop(attachment);
    });
    void this.look();
  }

  private drop(attachment: Attachment): void {
    this.all.value = this.all.value.filter((each) => each !== attachment);
  }
}

const kept = new Map<RoomKey, Attachments>();
// Whoever closes the home leaves nothing that was chosen behind.
effect(() => {
  if (self.value === null) kept.clear();
});

/** The files of a room: what was chosen, or is on its way, is still there when one comes back from another room. */
export function attachmentsOf(room: RoomKey): Attachments {
  for (const [key, { all }] of kept) if (key !== room && all.peek().length === 0) kept.delete(key);
  let attachments = kept.get(room);
  if (!attachments) kept.set(room, (attachments = new Attachments(room)));
  void attachments.look();
  return attachments;
}

function refuse(text: string): void {
  toast({ text, tone: "danger" });
}

// The form that a card takes; what a browser does not know, it leaves empty.
function mediaTypeOf({ type }: Blob): string {
  const plain = type.toLowerCase().split(";")[0]!.trim();
  return /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/u.test(plain) && plain.length <= 127 ? plain : "";
}

// From the start: the end tells what kind it is.
function shortened(name: string): string {
  let short = name === "" ? "file" : name;
  while (encoder.encode(short).length > MAX_FILE_NAME_BYTES) short = Array.from(short).slice(1).join("");
  return short;
}
