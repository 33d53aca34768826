import type { Command } from "commander";
import { contextOf, FOR_GOOD } from "./context.js";
import { addMessageCommands } from "./messageCommands.js";

/** Founding, joining, talking. */
export function addRoomCommands(program: Command): void {
  const room = program.command("room").description("create a room");
  room
    .command("new")
    .description("create a room and print an invite link")
    .argument("<title>", "what the room is called")
    .option("--name <name>", "what you call yourself (needed the first time)")
    .option("--preset <preset>", "who decides: owner-led, admins, everyone, add-only, open-house", "owner-led")
    .option("--relay <url>", "the relay's address (CONCLAVE_RELAY, else http://127.0.0.1:4430)")
    .option("--no-invite", "make no invite link")
    .addHelpText(
      "after",
      `
A relay may ask for a permit to create rooms: give it in CONCLAVE_PERMIT.

Examples:
  conclave room new "Garden club" --name Alice
  conclave room new Board --name Alice --preset admins --relay https://chat.example.org
  conclave room new Test --name Bot --json | jq -r .link`,
    )
    .action(async (title: string, _: unknown, command: Command) => {
      const { roomNew } = await import("../commands/roomNew.js");
      await roomNew(contextOf(command.optsWithGlobals()), title);
    });
  program
    .command("join")
    .description("join a room by an invite link, even while nobody is online")
    .argument("<link>", "the invite link, in quotes; - reads it from standard input")
    .option("--name <name>", "what you call yourself")
    .option("--note <text>", "a note for the people who decide")
    .option(
      "--stolen",
      "you return with your recovery words and someone else may have the lost device: allow no further return",
    )
    .option("--yes", "join without asking")
    .addHelpText(
      "after",
      `
Before anything is sent, this machine reads the room's whole history of decisions, checks
every one of them, and shows what you are about to join.

Examples:
  conclave join 'http://127.0.0.1:4430/#/join/v1.…' --name Bob
  conclave join - --name Bob --yes < link.txt`,
    )
    .action(async (link: string, _: unknown, command: Command) => {
      const { join } = await import("../commands/join.js");
      await join(contextOf(command.optsWithGlobals()), link);
    });

  program
    .command("chat")
    .description("talk: what was said, who is here, what is said now")
    .option("--plain", "lines instead of a screen (the default when this is not a terminal)")
    .option("--history <n>", "how many earlier messages to show", "200")
    .option("--follow", "with --plain or --json: go on when the input has ended, until Ctrl-C")
    .option("--commands", "carry out lines of a pipe that begin with /, as far as they only show something")
    .addHelpText(
      "after",
      `
In a terminal this is a screen; type /help in it. Otherwise, and with --plain or --json, each
line of standard input is a message and what happens is printed line by line; it ends when the
input ends and everything is sent. Lines of a pipe are text, whatever they begin with; with
--commands those that begin with / are commands, as long as they decide nothing and touch no
file. When a line could not be sent, the exit code says so.

Examples:
  conclave chat
  echo "Deployed." | conclave chat --plain --history 0
  conclave chat --json < /dev/null                      print the history`,
    )
    .action(async (_: unknown, command: Command) => {
      const { chat } = await import("../commands/chat.js");
      await chat(contextOf(command.optsWithGlobals()));
    });

  program
    .command("send")
    .description("send one message, or a file")
    .argument("[text...]", "the message, or what is said with the file; - reads it from standard input")
    .option("--file <path>", "send this file; one that was interrupted goes on where it was")
    .option("--original", "send a picture as it is, with place, time and whatever else was written into it")
    .option("--id <id>", "send it under this id (32 hexadecimal digits): what was stored under it is not sent twice")
    .option("--no-wait", "leave it in the outbox when the relay cannot be reached (sent next time)")
    .addHelpText(
      "after",
      '\nExamples:\n  conclave send "The seeds have arrived."\n  uptime | conclave send -\n  conclave send --file beds.jpg "The beds in May"',
    )
    .action(async (text: string[], _: unknown, command: Command) => {
      const { send } = await import("../commands/send.js");
      await send(contextOf(command.optsWithGlobals()), text.join(" "));
    });

  program
    .command("save")
    .description("save a file of the room, verified, on this machine")
    .argument("<file>", "its name, or the id of its message")
    .argument("[path]", "where to put it (its own name, in this folder)")
    .option("--force", "replace what is there")
    .action(async (file: string, path: string | undefined, _: unknown, command: Command) => {
      const { save } = await import("../commands/save.js");
      await save(contextOf(command.optsWithGlobals()), file, path);
    });

  program
    .command("history")
    .description("print the messages that this home has")
    .option("--last <n>", "how many", "50")
    .option("--ids", "with the beginning of each message's id, for reply, edit, react and delete")
    .action(async (_: unknown, command: Command) => {
      const { history } = await import("../commands/history.js");
      await history(contextOf(command.optsWithGlobals()));
    });

  addMessageCommands(program);

  program
    .command("rooms")
    .description("list the rooms of this home")
    .action(async (_: unknown, command: Command) => {
      const { rooms } = await import("../commands/rooms.js");
      await rooms(contextOf(command.optsWithGlobals()));
    });

  program
    .command("leave")
    .description("leave a room")
    .option("--yes", FOR_GOOD)
    .option("--undo", "stay after all, while nobody has carried it out")
    .action(async (_: unknown, command: Command) => {
      const { leave } = await import("../commands/leave.js");
      await leave(contextOf(command.optsWithGlobals()));
    });

  program
    .command("forget")
    .description("delete everything that this home has of a room that you are not in any more")
    .argument("<room>", "its title or the beginning of its id")
    .option("--force", "also of a room that you are still in, where its relay is gone for good")
    .option("--yes", FOR_GOOD)
    .action(async (name: string, _: unknown, command: Command) => {
      const { forget } = await import("../commands/forget.js");
      await forget(contextOf(command.optsWithGlobals()), name);
    });
}
