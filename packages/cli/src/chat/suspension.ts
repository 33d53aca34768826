/** What a screen does to a terminal, and how it undoes that. */
export interface ScreenModes {
  readonly enter: string;
  readonly leave: string;
}

/** How long it takes at most until a process that was asked to stop has stopped. */
const AT_ONCE_MS = 50;

/**
 * Lets a full screen be put aside with Ctrl-Z, or by `kill -TSTP`, and come back with `fg`: the shell gets its own screen and
 * its own keyboard meanwhile. Call `start` when the screen is there, and `stop` when it goes.
 */
export class Suspension {
  /** Draws everything again. Set by the screen. */
  redraw: () => void = () => undefined;
  private isAside = false;

  constructor(
    private readonly modes: ScreenModes,
    private readonly stdin = process.stdin,
    private readonly stdout = process.stdout,
  ) {}

  start(): void {
    if (process.platform === "win32") return;
    process.on("SIGTSTP", this.suspend);
    process.on("SIGCONT", this.resume);
  }

  stop(): void {
    process.off("SIGTSTP", this.suspend);
    process.off("SIGCONT", this.resume);
  }

  /** Puts the screen aside, and stops the whole process group, as a shell expects. */
  readonly suspend = (): void => {
    if (this.isAside || process.platform === "win32") return;
    this.isAside = true;
    this.stdin.setRawMode(false);
    this.stdout.write(this.modes.leave, () => {
      // Without our own listener the signal has its usual effect.
      process.off("SIGTSTP", this.suspend);
      process.kill(0, "SIGTSTP");
      // If there is no shell that could wake it up, it does not stop.
      setTimeout(() => {
        if (this.isAside) this.resume();
      }, AT_ONCE_MS);
    });
  };

  private readonly resume = (): void => {
    const wasAside = this.isAside;
    this.isAside = false;
    if (wasAside) process.on("SIGTSTP", this.suspend);
    // The shell has changed how the terminal reads keys.
    this.stdin.setRawMode(false);
    this.stdin.setRawMode(true);
    this.stdout.write(this.modes.enter);
    this.redraw();
  };
}
