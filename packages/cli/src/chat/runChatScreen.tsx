import type { RoomSession } from "@conclave/client";
import type { ProofOf } from "../documents/alarmDocument.js";
import { tellUntrusted } from "../session/reach.js";
import { wantsColor } from "../terminal/paint.js";
import { Suspension } from "./suspension.js";
import { ChatView } from "./chatView.js";

const ENTER = "\u001b[?1049h\u001b[H\u001b[?2004h";
const LEAVE = "\u001b[?2004l\u001b[?1049l\u001b[?25h";

/** Runs the chat screen in the terminal's other buffer until the person quits, or a signal ends it. */
export async function runChatScreen(room: RoomSession, proofOf: ProofOf, history: number): Promise<void> {
  // Ink's colours know FORCE_COLOR but not NO_COLOR, and Ink shows nothing before the end where CI is set.
  const isStyled = wantsColor(process.stdout, process.env);
  process.env["FORCE_COLOR"] = isStyled ? "1" : "0";
  process.env["CI"] = "false";
  const { render } = await import("ink");
  const { ChatScreen } = await import("./ChatScreen.js");
  const view = new ChatView(room);
  await view.start(history);
  tellUntrusted([room], (error) => {
    view.sayFailure(error);
  });
  const { stdout } = process;
  const clear = () => {
    stdout.write("\u001b[2J\u001b[H");
  };
  const suspension = new Suspension({ enter: ENTER, leave: LEAVE });
  // Before anything is shown, so that Enter after the first words is not read as a line break in them. Ink does it later.
  process.stdin.setRawMode(true);
  stdout.write(ENTER);
  suspension.start();
  // Before Ink's own listener, so that it draws on an empty screen.
  stdout.on("resize", clear);
  const leave = () => {
    stdout.write(LEAVE);
  };
  process.once("exit", leave);
  try {
    const props = { room, proofOf, view, suspension, isStyled };
    const app = render(<ChatScreen {...props} />, { exitOnCtrlC: false });
    const stop = () => {
      app.unmount();
    };
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
    await app.waitUntilExit();
  } finally {
    process.off("exit", leave);
    stdout.off("resize", clear);
    suspension.stop();
    process.stdin.setRawMode(false);
    leave();
    view.stop();
  }
}
