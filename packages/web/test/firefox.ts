import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const FIREFOX = "/usr/bin/firefox-esr";
const PATIENCE = 20_000;
/** The name under which WebDriver hands out elements. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const ENTER = "\uE007";
const PREFERENCES = { "marionette.port": 0, "remote.prefs.recommended": true, "browser.aboutwelcome.enabled": false };

/** Whether Firefox can be run here (Debian: `apt-get install firefox-esr`). */
export const canBrowseWithFirefox = existsSync(FIREFOX);

type Answer = { value?: unknown } | null;

/** A Firefox of its own, with a profile of its own, by Marionette: the protocol that every Firefox has built in. */
export class Firefox {
  private id = 0;
  private kept: Buffer = Buffer.alloc(0);
  private readonly waiting = new Map<number, (error: { message: string } | null, answer: Answer) => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly socket: Socket,
  ) {
    socket.on("data", (part: Buffer) => this.take(part));
  }

  static async start(profile: string): Promise<Firefox> {
    mkdirSync(profile, { recursive: true });
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(profile, "user.js"), lines.join("\n"));
    const child = spawn(FIREFOX, ["--headless", "--marionette", "--no-remote", "--profile", profile], {
      stdio: "ignore",
    });
    process.once("exit", () => {
      child.kill("SIGKILL");
    });
    // Firefox takes a free port, and writes here which.
    const found = join(profile, "MarionetteActivePort");
    let port = 0;
    for (
      const until = Date.now() + PATIENCE;
      port === 0;
      port = existsSync(found) ? Number(readFileSync(found, "utf8")) : 0
    ) {
      if (Date.now() > until || child.exitCode !== null) throw new Error("Firefox did not start");
      await pause(50);
    }
    const firefox = new Firefox(child, connect(port, "127.0.0.1"));
    await firefox.ask("WebDriver:NewSession", { capabilities: {} });
    await firefox.ask("WebDriver:SetTimeouts", { implicit: PATIENCE });
    return firefox;
  }

  async stop(): Promise<void> {
    const over = new Promise((resolve) => this.child.once("exit", resolve));
    await this.ask("Marionette:Quit", { flags: ["eForceQuit"] });
    this.socket.destroy();
    await over;
  }

  async goto(url: string): Promise<void> {
    await this.ask("WebDriver:Navigate", { url });
  }

  /** As a person does: the protocol's own way goes past the service worker. */
  async reload(): Promise<void> {
    await this.evaluate("document.documentElement.dataset.isOld = ''; location.reload()");
    // Between the two documents there is none.
    const isOld = "const { documentElement: now } = document; return now === null || 'isOld' in now.dataset";
    while ((await this.evaluate(isOld)) !== false) await pause(50);
  }

  /** Presses the button of this name. */
  async press(name: string): Promise<void> {
    await this.ask("WebDriver:ElementClick", { id: await this.find(`//button[normalize-space()="${name}"]`) });
  }

  /** Types into the field of this label, key by key. */
  async fill(label: string, text: string): Promise<void> {
    const id = await this.find(`//input[@id=//label[normalize-space()="${label}"]/@for]`);
    await this.ask("WebDriver:ElementSendKeys", { id, text });
  }

  /** Types where one is. */
  async type(text: string): Promise<void> {
    const { value } = (await this.ask("WebDriver:GetActiveElement"))!;
    await this.ask("WebDriver:ElementSendKeys", { id: idOf(value), text });
  }

  async enter(): Promise<void> {
    await this.type(ENTER);
  }

  /** What a body of a function gives in the page. */
  async evaluate(body: string): Promise<unknown> {
    return (await this.ask("WebDriver:ExecuteScript", { script: body, args: [] }))?.value;
  }

  /** Waits for the text to stand somewhere on the page. */
  async see(text: string): Promise<void> {
    const until = Date.now() + PATIENCE;
    for (;;) {
      const all = String(await this.evaluate("return document.body?.innerText ?? ''"));
      if (all.includes(text)) return;
      if (Date.now() > until) throw new Error(`Firefox does not show "${text}" but:\n${all}`);
      await pause(100);
    }
  }

  private async find(value: string): Promise<string> {
    const found = await this.ask("WebDriver:FindElement", { using: "xpath", value });
    return idOf(found!.value);
  }

  private ask(name: string, parameters: object = {}): Promise<Answer> {
    const text = Buffer.from(JSON.stringify([0, ++this.id, name, parameters]));
    return new Promise((resolve, reject) => {
      this.waiting.set(this.id, (error, answer) => {
        if (error) reject(new Error(`${name} ${JSON.stringify(parameters)}: ${error.message}`));
        else resolve(answer);
      });
      this.socket.write(`${text.length}:`);
      this.socket.write(text);
    });
  }

  /** Messages are JSON with their length before them: `12:[1,3,null,{}]`. */
  private take(part: Buffer): void {
    this.kept = Buffer.concat([this.kept, part]);
    for (;;) {
      const colon = this.kept.indexOf(":");
      const end = colon + 1 + Number(this.kept.subarray(0, colon).toString());
      if (colon < 0 || this.kept.length < end) return;
      const message = JSON.parse(this.kept.subarray(colon + 1, end).toString()) as unknown;
      this.kept = this.kept.subarray(end);
      // The first one is a greeting.
      if (!Array.isArray(message)) continue;
      const [, id, error, answer] = message as [number, number, { message: string } | null, Answer];
      this.waiting.get(id)?.(error, answer);
      this.waiting.delete(id);
    }
  }
}

function idOf(element: unknown): string {
  return (element as Record<string, string>)[ELEMENT]!;
}
