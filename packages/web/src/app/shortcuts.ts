import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isOfInputMethod } from "./inputMethod.js";
import { recall, remember } from "./preference.js";

/** A key, or several at once, that does something. */
export interface Shortcut {
  /** Lower case with `+`: `mod+k` (Command on a Mac, Ctrl elsewhere), `?`, `alt+arrowup`, `escape`. */
  readonly keys: string;
  /** What it does, for the help. */
  readonly label: string;
  /** Null for keys that a part of the screen takes by itself: those are in the help only. */
  readonly run: (() => void) | null;
}

const KEY = "conclave.shortcuts";
const listed = signal<readonly Shortcut[]>([]);

/** Those that work now, for the help. */
export const shortcuts = listed;

/** Whether shortcuts work at all: who talks to the computer, or strays over keys, can turn them off. */
export const shortcutsOn = signal(recall(KEY, ["on", "off"], "on") === "on");

export function setShortcuts(on: boolean): void {
  shortcutsOn.value = on;
  remember(KEY, on ? "on" : "off");
}

/** Makes a shortcut work while the component is there. The newest of two with the same keys wins. */
export function useShortcut(keys: string, label: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const shortcut: Shortcut = { keys, label, run: () => latest.current() };
    listed.value = [...listed.peek(), shortcut];
    return () => {
      listed.value = listed.peek().filter((each) => each !== shortcut);
    };
  }, [keys, label]);
}

/** Puts keys into the help that a part of the screen takes by itself, while the component is there. */
export function useShortcutNotes(notes: readonly Omit<Shortcut, "run">[]): void {
  const said = notes.map(({ keys, label }) => `${keys} ${label}`).join();
  useEffect(() => {
    const added = notes.map((note) => ({ ...note, run: null }));
    listed.value = [...listed.peek(), ...added];
    return () => {
      listed.value = listed.peek().filter((each) => !added.some((own) => own === each));
    };
  }, [said]);
}

/** Listens to the keyboard; called once. */
export function startShortcuts(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isOfInputMethod(event) || !shortcutsOn.value) return;
    // A dialog has the keyboard for itself.
    if (document.querySelector("dialog[open]")) return;
    const shortcut = listed.value.findLast(({ keys, run }) => run !== null && matches(keys, event));
    if (!shortcut?.run || (isTyping(event.target) && !/mod|alt|escape/u.test(shortcut.keys))) return;
    event.preventDefault();
    shortcut.run();
  });
}

/** Whether these keys are the ones that were pressed. */
export function matches(
  keys: string,
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1)!;
  const isShifted = parts.includes("shift");
  return (
    event.key.toLowerCase() === key &&
    parts.includes("mod") === (event.ctrlKey || event.metaKey) &&
    parts.includes("alt") === event.altKey &&
    // "?" and its like need Shift on some keyboards and not on others.
    (isShifted === event.shiftKey || (!isShifted && key.length === 1 && !/[a-z0-9]/u.test(key)))
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/u.test(target.tagName))
  );
}
