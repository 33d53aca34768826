import type { Command } from "commander";
import { contextOf, FOR_GOOD, POLICIES } from "./context.js";
import { addMessageCommands } from "./messageCommands.js";

/** Founding, joining, talking. */
export function addRoomCommands(program: Command): void {
  const room = program.command("room").description("create a room, or move one to another relay");
  room
    .command("new")
    .description("create a room and print an invite link")
    .argument("<title>", "what the room is called")
    .option("--name <name>", "your name, as others see it (needed the first time)")
    .option("--policy <policy>", `who decides: ${POLICIES}`, "owner")
    .option("--relay <url>", "the relay's address (CONCLAVE_RELAY, else http://127.0.0.1:4430)")
    .option("--welcome <text>", "what everybody with the link reads before they join; at most 500 bytes")
    .option("--no-invite", "don't make an invite link")
    .option("--yes", FOR_GOOD)
    .addHelpText(
      "after",
      `
If the relay asks for a permit to create rooms, give it in CONCLAVE_PERMIT.

Examples:
  conclave room new "Garden club" --name Alice
  conclave room new Board --name Alice --policy admins:2 --relay https://chat.example.org
  conclave room new Test --name Bot --json | jq -r .link`,
    )
    .action(async (title: string, _: unknown, command: Command) => {
      const { roomNew } = await import("../commands/roomNew.js");
      await roomNew(contextOf(command.optsWithGlobals()), title);
    });
  room
    .command("move")
    .description("move the room to another relay; everybody follows by themselves")
    .argument("<address>", "the address of the other relay")
    .option("--old-gone", "if the room's relay is gone: the others follow when you tell them")
    .option("--yes", FOR_GOOD)
    .addHelpText(
      "after",
      `
Only an owner can do it. Nobody loses anything: what was said stays with everybody, and an old
link leads to the new relay as long as the old one is there. Files that were sent stay at the
old relay for as long as it keeps them. If the other relay asks for a permit to create rooms,
give it in CONCLAVE_PERMIT.

Example:
  conclave room move https://chat2.example.org --room "Garden club"`,
    )
    .action(async (address: string, _: unknown, command: Command) => {
      const { roomMove } = await import("../commands/roomMove.js");
      await roomMove(contextOf(command.optsWithGlobals()), address);
    });
  room
    .command("follow")
    .description("look for the room at another relay, if its own is gone and an owner has moved it there")
    .argument("<address>", "the address of the other relay")
    .addHelpText(
      "after",
      `
Anybody can tell you such an address: it only says where to look. This home goes there only if it
finds an owner's decision to move the room, right after what it has read.`,
    )
    .action(async (address: string, _: unknown, command: Command) => {
      const { roomFollow } = await import("../commands/roomMove.js");
      await roomFollow(contextOf(command.optsWithGlobals()), address);
    });
  const mirror = room
    .command("mirror")
    .description("have other relays keep a copy of the room, to read it while its own is away");
  mirror
    .command("add")
    .description("have another relay keep a copy of the room")
    .argument("<address>", "the address of the other relay")
    .addHelpText(
      "after",
      `
Those who may change the room's rules decide it. Members bring the mirror what is new, sealed as it
is, with what the room's relay signed for it. While that relay is away, everybody reads on at the
mirror; nobody can write there. If the relay ever shows two people different rooms, the mirror
proves it, so take one of another operator. It learns when the room is active, as the relay does.
If the mirror asks for a permit to create rooms, give it in CONCLAVE_PERMIT.

Example:
  conclave room mirror add https://mirror.example.org --room "Garden club"`,
    )
    .action(async (address: string, _: unknown, command: Command) => {
      const { mirrorAdd } = await import("../commands/roomMirror.js");
      await mirrorAdd(contextOf(command.optsWithGlobals()), address);
    });
  mirror
    .command("remove")
    .description("bring nothing more to a mirror")
    .argument("<address>", "its address")
    .action(async (address: string, _: unknown, command: Command) => {
      const { mirrorRemove } = await import("../commands/roomMirror.js");
      await mirrorRemove(contextOf(command.optsWithGlobals()), address);
    });
  mirror
    .command("list")
    .description("list the room's mirrors, and what each of them has")
    .action(async (_: unknown, command: Command) => {
      const { mirrorList } = await import("../commands/roomMirror.js");
      await mirrorList(contextOf(command.optsWithGlobals()));
    });
  program
    .command("join")
    .description("join a room with an invite link, even while nobody is online")
    .argument("<link>", "the invite link, in quotes; - reads it from standard input")
    .option("--name <name>", "your name, as others see it")
    .option("--note <text>", "a note for the people who decide")
    .option("--steward", "ask to be let in as a steward: see conclave steward")
    .option("--stolen", "if somebody may have the device you lost: allow no further return with your recovery words")
    .option(
      "--ssh-key <file>",
      "with a link for SSH keys: sign with this key (ssh-keygen); your ssh-agent if you don't say",
    )
    .option("--ssh-sign-file <file>", "write what your SSH key is to sign to this file, to sign it on another machine")
    .option("--ssh-signature <file>", "join with the signature that was made there")
    .option("--yes", "join without asking")
    .addHelpText(
      "after",
      `
Before anything is sent, this machine reads the room's whole history of decisions, checks
every one of them, and shows what you are about to join.

Examples:
  conclave join 'http://127.0.0.1:4430/#/join/v1.…' --name Bob
  conclave join - --name Bob --yes < link.txt
  conclave join 'http://127.0.0.1:4430/#/join/v1.…' --ssh-key ~/.ssh/id_ed25519`,
    )
    .action(async (link: string, _: unknown, command: Command) => {
      const { join } = await import("../commands/join.js");
      await join(contextOf(command.optsWithGlobals()), link);
    });

  program
    .command("chat")
    .description("open the chat: read what was said, see who is here, and talk")
    .option("--plain", "lines instead of a screen (the default when this is not a terminal)")
    .option("--history <n>", "how many earlier messages to show", "200")
    .option("--follow", "with --plain or --json: go on after the input has ended, until Ctrl-C")
    .option("--commands", "run piped lines that begin with / as commands, if they only show something")
    .addHelpText(
      "after",
      `
In a terminal this opens a screen; type /help in it. Otherwise, and with --plain or --json, each
line of standard input is a message and what happens is printed line by line; it ends when the
input has ended and everything is sent. Piped lines are text, even if they begin with /; with
--commands those that begin with / are run as commands, if they decide nothing and touch no
file. If a line could not be sent, the exit code says so.

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
    .argument("[text...]", "the message, or the file's caption; - reads it from standard input")
    .option("--file <path>", "send this file; an interrupted one goes on where it stopped")
    .option("--original", "send a picture as it is, with the place, time and other details stored in it")
    .option(
      "--once <digits>",
      "32 hexadecimal digits of your own: what is sent again with the same ones is sent only once",
    )
    .option("--no-wait", "store it without waiting for the relay; it is sent the next time this home connects")
    .option("--fresh", "send it only if those who decide confirm the list of members now (see status --check)")
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
    .description("check a file from the room, and save it on this machine")
    .argument("<file>", "its name, or the id of its message")
    .argument("[path]", "where to put it (this folder, under its own name, if you don't say)")
    .option("--force", "replace a file that is already there")
    .action(async (file: string, path: string | undefined, _: unknown, command: Command) => {
      const { save } = await import("../commands/save.js");
      await save(contextOf(command.optsWithGlobals()), file, path);
    });

  program
    .command("history")
    .description("print the messages that this home has")
    .option("--last <n>", "how many", "50")
    .option("--ids", "show the beginning of each message's id, for reply, edit, react and delete")
    .action(async (_: unknown, command: Command) => {
      const { history } = await import("../commands/history.js");
      await history(contextOf(command.optsWithGlobals()));
    });

  addMessageCommands(program);

  program
    .command("rooms")
    .description("list this home's rooms")
    .action(async (_: unknown, command: Command) => {
      const { rooms } = await import("../commands/rooms.js");
      await rooms(contextOf(command.optsWithGlobals()));
    });

  program
    .command("leave")
    .description("leave a room")
    .option("--yes", FOR_GOOD)
    .option("--undo", "stay after all, as long as nobody has carried it out")
    .action(async (_: unknown, command: Command) => {
      const { leave } = await import("../commands/leave.js");
      await leave(contextOf(command.optsWithGlobals()));
    });

  program
    .command("forget")
    .description("delete everything that this home has stored of a room that you are no longer in")
    .argument("<room>", "its title or the beginning of its id")
    .option("--force", "even if you are still in the room, because its relay no longer exists")
    .option("--yes", FOR_GOOD)
    .action(async (name: string, _: unknown, command: Command) => {
      const { forget } = await import("../commands/forget.js");
      await forget(contextOf(command.optsWithGlobals()), name);
    });
}
