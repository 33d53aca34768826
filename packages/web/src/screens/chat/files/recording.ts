/** What browsers record in, the best first, and how such a file ends. */
const FORMS = [
  { mimeType: "audio/webm;codecs=opus", ending: "webm" },
  { mimeType: "audio/mp4", ending: "m4a" },
  { mimeType: "audio/ogg;codecs=opus", ending: "ogg" },
] as const;
const BITS_PER_SECOND = 32_000;
/** After this long (s) it stops by itself, and waits to be sent. */
const LONGEST_S = 15 * 60;

/** One recording by the microphone. Nothing of it is stored before it is sent. */
export class Recording {
  private stream: MediaStream | null = null;
  private recorder: MediaRecorder | null = null;
  private readonly parts: Blob[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;
  private isOver = false;
  private seconds = 0;

  /** @param onSecond Called each second with how many there are. */
  constructor(private readonly onSecond: (seconds: number) => void) {}

  /** Asks for the microphone, and begins. Rejects where it is not given. */
  async begin(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    this.stream = stream;
    // The person went away while the browser asked.
    if (this.isOver) {
      this.silence();
      return;
    }
    const form = FORMS.find(({ mimeType }) => MediaRecorder.isTypeSupported(mimeType));
    const recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: BITS_PER_SECOND,
      ...(form ? { mimeType: form.mimeType } : {}),
    });
    recorder.addEventListener("dataavailable", ({ data }) => this.parts.push(data));
    recorder.start();
    this.recorder = recorder;
    this.timer = setInterval(() => {
      this.onSecond(++this.seconds);
      if (this.seconds >= LONGEST_S) void this.stop();
    }, 1_000);
  }

  /** Ends it, and gives the file; null when nothing was recorded. */
  async end(name: string): Promise<File | null> {
    const { recorder } = this;
    if (!recorder) return null;
    await this.stop();
    const type = recorder.mimeType.split(";")[0]!;
    const ending = FORMS.find(({ mimeType }) => mimeType.startsWith(type))?.ending ?? "webm";
    const file = new File(this.parts, `${name}.${ending}`, { type });
    return file.size > 0 ? file : null;
  }

  /** Throws it away. The light of the microphone goes out. */
  drop(): void {
    this.isOver = true;
    void this.stop();
  }

  private async stop(): Promise<void> {
    clearInterval(this.timer);
    const { recorder } = this;
    if (recorder && recorder.state !== "inactive") {
      const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
      recorder.stop();
      await stopped;
    }
    this.silence();
  }

  private silence(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }
}
