import { Box, Text, useApp, useCursor, useInput, useStdout } from "ink";
import { memo, useEffect, useReducer, useRef, useState, useSyncExternalStore } from "react";
import type { RoomSession } from "@conclave/client";
import type { ProofOf } from "../documents/alarmDocument.js";
import { askOnce } from "../room/askFirst.js";
import { sendText } from "../room/sendText.js";
import { labelsOf, offersIn } from "../session/decisionView.js";
import type { TextMark } from "../session/formattedLines.js";
import type { ChatView } from "./chatView.js";
import type { Suspension } from "./suspension.js";
import { stopped } from "../terminal/consent.js";
import { mustBeWhole } from "../terminal/textBytes.js";
import { complete } from "./completion.js";
import { composerText, composerWith, EMPTY, type ComposerState } from "./composer.js";
import { keyMeaning, presses, type KeyMeaning } from "./keyboard.js";
import type { TerminalRow, Style } from "./row.js";
import { layOut } from "./screen.js";
import { isSlashCommand, runSlashCommand } from "./runSlashCommand.js";
import type { SlashHost } from "./slashCommand.js";

interface Question {
  readonly text: string;
  readonly answer: (yes: boolean) => void;
}

interface ChatScreenProps {
  readonly room: RoomSession;
  readonly proofOf: ProofOf;
  readonly view: ChatView;
  readonly suspension: Suspension;
  /** The terminal shows bold, italic and the like. */
  readonly isStyled: boolean;
}

/** The chat: what happened, who is here, and a line to write on. */
export function ChatScreen({ room, proofOf, view, suspension, isStyled }: ChatScreenProps) {
  const snapshot = useSyncExternalStore(view.subscribe, view.snapshot);
  const { columns, lines } = useTerminalSize();
  const { exit } = useApp();
  const { write } = useStdout();
  useEffect(() => {
    // Ink draws its last picture again after what is written.
    suspension.redraw = () => {
      write("");
    };
  }, [suspension, write]);
  const { setCursorPosition } = useCursor();
  // Several keys can arrive before the next drawing, so what they change lives in refs, not in state.
  const composer = useRef<ComposerState>(EMPTY);
  const question = useRef<Question | null>(null);
  const isPasting = useRef(false);
  const mayGo = useRef<(() => Promise<void>) | null>(null);
  const scroll = useRef(0);
  const recall = useRef({ sent: [] as string[], at: 0 });
  const [showsMembers, setShowsMembers] = useState(true);
  const [, redraw] = useReducer((count: number) => count + 1, 0);

  const screen = layOut(
    {
      ...snapshot,
      labelOf: labelsOf(room),
      offerOf: offersIn(room),
      composer: composer.current,
      question: question.current?.text ?? null,
      showsMembers,
      scroll: scroll.current,
      isStyled,
    },
    columns,
    // One line stays free: a screen that fills the terminal makes Ink clear the scrollback too.
    lines - 1,
  );
  setCursorPosition(screen.cursor);

  const host: SlashHost = {
    isPerson: true,
    proofOf,
    say: (text) => {
      view.say(text);
    },
    ask: (text) =>
      new Promise((answer) => {
        question.current = { text, answer };
        redraw();
      }),
    toggleMembers: () => {
      setShowsMembers((shown) => !shown);
    },
    quit: exit,
  };

  const submit = async (text: string): Promise<void> => {
    const isCommand = isSlashCommand(text);
    try {
      mustBeWhole(text, "What was typed");
      if (isCommand) await runSlashCommand(room, text, host);
      else {
        mayGo.current ??= askOnce(room, (question) => host.ask(question));
        await mayGo.current();
        await sendText(room, text.startsWith("//") ? text.slice(1) : text);
      }
    } catch (error) {
      view.sayFailure(error);
      // What could not be sent comes back to be tried again.
      if (!isCommand && composer.current.characters.length === 0) composer.current = composerWith(text);
    }
    redraw();
  };

  const send = (written: ComposerState): void => {
    const text = composerText(written).trimEnd();
    composer.current = EMPTY;
    scroll.current = 0;
    if (text.trim() === "") return;
    recall.current.sent.push(text);
    recall.current.at = recall.current.sent.length;
    submit(text).catch((error: unknown) => {
      exit(error instanceof Error ? error : new Error(String(error)));
    });
  };

  const recalled = (step: 1 | -1): void => {
    const { sent, at } = recall.current;
    const next = Math.min(sent.length, Math.max(0, at + step));
    if (next === at) return;
    recall.current.at = next;
    composer.current = composerWith(sent[next] ?? "");
  };

  const answered = (input: string, isEscape: boolean): void => {
    // Text that is pasted answers nothing.
    if (input.length > 1) return;
    const letter = input.toLowerCase();
    if (letter !== "y" && letter !== "n" && !isEscape) return;
    question.current?.answer(letter === "y");
    question.current = null;
  };

  const carryOut = (meaning: KeyMeaning): void => {
    switch (meaning.kind) {
      case "edit":
        composer.current = meaning.composer;
        break;
      case "send":
        send(meaning.composer);
        break;
      case "complete":
        composer.current = complete(composer.current, snapshot.members);
        break;
      case "pageUp":
        scroll.current = Math.min(screen.maxScroll, scroll.current + screen.page);
        break;
      case "pageDown":
        scroll.current = Math.max(0, scroll.current - screen.page);
        break;
      case "recallOlder":
        recalled(-1);
        break;
      case "recallNewer":
        recalled(1);
        break;
      case "pasteBegins":
      case "pasteEnds":
        isPasting.current = meaning.kind === "pasteBegins";
        break;
      case "suspend":
        suspension.suspend();
        break;
      case "quit":
        if (question.current === null) exit();
        else exit(stopped());
        break;
      case "nothing":
        break;
    }
  };

  useInput((input, key) => {
    for (const press of isPasting.current ? [{ input, key }] : presses(input, key)) {
      const meaning = keyMeaning(composer.current, press.input, press.key, isPasting.current);
      const isOfPaste = meaning.kind === "pasteBegins" || meaning.kind === "pasteEnds" || isPasting.current;
      if (question.current === null || meaning.kind === "quit" || meaning.kind === "suspend" || isOfPaste)
        carryOut(meaning);
      else answered(press.input, key.escape);
    }
    redraw();
  });

  return (
    <Box flexDirection="column" width={columns}>
      {screen.rows.map((row, at) => (
        <RowLine key={at} row={row} />
      ))}
    </Box>
  );
}

const COLORS: Readonly<Record<Style, Parameters<typeof Text>[0]>> = {
  plain: {},
  dim: { dimColor: true },
  bold: { bold: true },
  warning: { color: "yellow" },
  alarm: { color: "white", backgroundColor: "red", bold: true },
  good: { color: "green" },
  name0: { color: "cyan" },
  name1: { color: "magenta" },
  name2: { color: "blueBright" },
  name3: { color: "yellow" },
  name4: { color: "greenBright" },
  name5: { color: "redBright" },
};

const MARKS: Readonly<Record<TextMark, Parameters<typeof Text>[0]>> = {
  bold: { bold: true },
  italic: { italic: true },
  strike: { strikethrough: true },
  code: { color: "cyan" },
  link: { underline: true },
  faint: { dimColor: true },
};

const RowLine = memo(function RowLine({ row }: { readonly row: TerminalRow }) {
  return (
    <Text wrap="truncate">
      {row.map(({ text, style, marks = [] }, at) => (
        <Text key={at} {...marks.reduce((looks, mark) => ({ ...looks, ...MARKS[mark] }), COLORS[style])}>
          {text}
        </Text>
      ))}
    </Text>
  );
});

function useTerminalSize(): { columns: number; lines: number } {
  const { stdout } = useStdout();
  const read = () => ({ columns: Math.max(20, stdout.columns), lines: Math.max(8, stdout.rows) });
  const [size, setSize] = useState(read);
  useEffect(() => {
    const resized = () => {
      setSize(read());
    };
    stdout.on("resize", resized);
    return () => {
      stdout.off("resize", resized);
    };
  });
  return size;
}
