import type { Command } from "commander";
import { contextOf, FOR_GOOD, POLICIES } from "./context.js";

const PERSON = "their name (name#tag if names look alike), or the beginning of their id";

/** Who is in the room, and deciding it. */
export function addDecisionCommands(program: Command): void {
  program
    .command("members")
    .description("show who is in the room, their roles, and how they joined")
    .action(async (_: unknown, command: Command) => {
      const { members } = await import("../commands/members.js");
      await members(contextOf(command.optsWithGlobals()));
    });

  program
    .command("log")
    .description("show every decision since the room was founded: who did what, when, and by what right")
    .action(async (_: unknown, command: Command) => {
      const { log } = await import("../commands/log.js");
      await log(contextOf(command.optsWithGlobals()));
    });

  program
    .command("invite")
    .description("make an invite link")
    .option("--label <text>", "what the link is for; shown with everybody who uses it", "invite")
    .option("--welcome <text>", "what everybody with the link reads before they join; at most 500 bytes")
    .option("--uses <n>", "how many people can use it (1000 if you don't say)")
    .option("--ssh-keys", 'only for people with an SSH key on the room\'s list ("conclave allow"), one for each key')
    .option("--expires <time>", "how long it works, for example 12h or 7d (it never expires if you don't say)")
    .option(
      "--mode <mode>",
      "direct: they join right away; auto: as soon as a device of the room is on, without asking anybody; ask: somebody in the room decides (as the policy suggests if you don't say)",
    )
    .addHelpText(
      "after",
      `
Examples:
  conclave invite                                       for anyone who has the link
  conclave invite --label "Flea market" --uses 20 --expires 7d
  conclave invite --mode ask`,
    )
    .action(async (_: unknown, command: Command) => {
      const { invite } = await import("../commands/invite.js");
      await invite(contextOf(command.optsWithGlobals()));
    });

  program
    .command("invites")
    .description("list the room's invites, or show the link of one of yours again")
    .option("--link <invite>", "show the link of one of your open invites: its label, or the beginning of its id")
    .action(async (_: unknown, command: Command) => {
      const { invites } = await import("../commands/invite.js");
      await invites(contextOf(command.optsWithGlobals()));
    });

  program
    .command("revoke")
    .description("close an invite: its link stops working")
    .argument("<invite>", "its label, or the beginning of its id")
    .action(async (name: string, _: unknown, command: Command) => {
      const { revoke } = await import("../commands/invite.js");
      await revoke(contextOf(command.optsWithGlobals()), name);
    });

  program
    .command("requests")
    .description("show who is asking to join, and what is waiting for approval")
    .action(async (_: unknown, command: Command) => {
      const { requests } = await import("../commands/requests.js");
      await requests(contextOf(command.optsWithGlobals()));
    });

  program
    .command("admit")
    .description("let in somebody who asked to join")
    .argument("<request>", "their name, or the request's id")
    .action(async (name: string, _: unknown, command: Command) => {
      const { admit } = await import("../commands/requests.js");
      await admit(contextOf(command.optsWithGlobals()), name);
    });

  program
    .command("deny")
    .description("turn down somebody who asked to join")
    .argument("<request>", "their name, or the request's id")
    .action(async (name: string, _: unknown, command: Command) => {
      const { deny } = await import("../commands/requests.js");
      await deny(contextOf(command.optsWithGlobals()), name);
    });

  program
    .command("decline")
    .description("decline what somebody proposed")
    .argument("<proposal>", 'the beginning of its id, as "conclave requests" shows it')
    .action(async (id: string, _: unknown, command: Command) => {
      const { decline } = await import("../commands/requests.js");
      await decline(contextOf(command.optsWithGlobals()), id);
    });

  program
    .command("approve")
    .description("approve what somebody proposed; it is done once enough people have")
    .argument("[proposal]", 'the beginning of its id, as "conclave requests" shows it')
    .option(
      "--export <file>",
      "put your approval into a file too, which reaches the others in another way than by the relay",
    )
    .option("--qr", "show your approval as a QR code")
    .option("--force", "with --export: replace a file that is there")
    .option("--import <files...>", "count the approvals in these files")
    .addHelpText(
      "after",
      `
A relay that drops approvals cannot stop a decision: send them to each other as files, or show them as
QR codes. The file has the proposal in it. Only people in the room can read it.

Examples:
  conclave approve 3f2a90c1
  conclave approve 3f2a90c1 --export yes.txt
  conclave approve --import yes.txt yes2.txt`,
    )
    .action(async (id: string | undefined, options: { import?: readonly string[] }, command: Command) => {
      const { approve } = await import("../commands/requests.js");
      await approve(contextOf(command.optsWithGlobals()), id ?? null, options.import ?? []);
    });

  program
    .command("withdraw")
    .description("withdraw what you proposed")
    .argument("<proposal>", 'the beginning of its id, as "conclave requests" shows it')
    .action(async (id: string, _: unknown, command: Command) => {
      const { withdraw } = await import("../commands/requests.js");
      await withdraw(contextOf(command.optsWithGlobals()), id);
    });

  for (const [verb, about, back] of [
    [
      "remove",
      "remove somebody: they can't read anything that is written afterwards",
      "They can join again with a new link.",
    ],
    [
      "ban",
      "remove somebody and ban them: no link lets them back in",
      "Only somebody who can let people in without a link can let them back in.",
    ],
  ] as const) {
    program
      .command(verb)
      .description(about)
      .argument("<person>", PERSON)
      .option("--yes", FOR_GOOD)
      .addHelpText(
        "after",
        `
The room gets new keys, and the invites they made or used are closed in the same decision.
${back}
They keep what they have already read: nobody can take that back.`,
      )
      .action(async (person: string, _: unknown, command: Command) => {
        const { remove } = await import("../commands/remove.js");
        await remove(contextOf(command.optsWithGlobals()), person, verb === "ban");
      });
  }

  program
    .command("role")
    .description("change somebody's role")
    .argument("<person>", PERSON)
    .argument("<role>", "owner, admin or member")
    .option("--yes", `${FOR_GOOD} (asked when you make an owner, or give up your own role)`)
    .action(async (person: string, role: string, _: unknown, command: Command) => {
      const { setRole } = await import("../commands/role.js");
      await setRole(contextOf(command.optsWithGlobals()), person, role);
    });

  program
    .command("hand-over")
    .description("make somebody else the owner in your place; you become an admin")
    .argument("<person>", PERSON)
    .option("--yes", FOR_GOOD)
    .action(async (person: string, _: unknown, command: Command) => {
      const { handOver } = await import("../commands/decide.js");
      await handOver(contextOf(command.optsWithGlobals()), person);
    });

  program
    .command("title")
    .description("rename the room")
    .argument("<title>", "the room's new title")
    .action(async (title: string, _: unknown, command: Command) => {
      const { setTitle } = await import("../commands/decide.js");
      await setTitle(contextOf(command.optsWithGlobals()), title);
    });

  program
    .command("reset-clock")
    .description("set the room's clock by this machine's, if somebody's wrong clock put it ahead")
    .option("--yes", FOR_GOOD)
    .addHelpText(
      "after",
      "\nLinks end by the room's clock. Open links that have an end are closed: make new ones afterwards.",
    )
    .action(async (_: unknown, command: Command) => {
      const { resetClock } = await import("../commands/decide.js");
      await resetClock(contextOf(command.optsWithGlobals()));
    });

  program
    .command("seal")
    .description("freeze the room's people, roles and rules permanently")
    .option("--yes", FOR_GOOD)
    .addHelpText(
      "after",
      "\nAfterwards nobody can join, be removed or get another role, and nobody can undo it. People can still leave.",
    )
    .action(async (_: unknown, command: Command) => {
      const { seal } = await import("../commands/decide.js");
      await seal(contextOf(command.optsWithGlobals()));
    });

  program
    .command("upgrade")
    .description("move the room to the next version that this Conclave knows")
    .option("--yes", FOR_GOOD)
    .addHelpText(
      "after",
      "\nPeople whose apps are older can only read what there is until they update them. Nobody can undo it.",
    )
    .action(async (_: unknown, command: Command) => {
      const { upgrade } = await import("../commands/decide.js");
      await upgrade(contextOf(command.optsWithGlobals()));
    });

  const policy = program.command("policy").description("show, or change, who decides what in a room");
  policy
    .command("show", { isDefault: true })
    .description("show who decides what in this room")
    .action(async (_: unknown, command: Command) => {
      const { showPolicy } = await import("../commands/policy.js");
      await showPolicy(contextOf(command.optsWithGlobals()));
    });
  policy
    .command("explain")
    .description("show who can do what alone, who together, and what nobody can, as the room is now")
    .argument("[policy]", `${POLICIES}: what it would mean, without setting it`)
    .addHelpText(
      "after",
      `
Examples:
  conclave policy explain                  the room's own policy
  conclave policy explain admins:2         another one, before it is set
  conclave policy show --json > ours.json  write the room's policy to a file, to change it
  conclave policy explain ./ours.json`,
    )
    .action(async (text: string | undefined, _: unknown, command: Command) => {
      const { explainPolicy } = await import("../commands/policy.js");
      await explainPolicy(contextOf(command.optsWithGlobals()), text);
    });
  policy
    .command("set")
    .description("change who decides what in this room")
    .argument("<policy>", POLICIES)
    .option("--yes", FOR_GOOD)
    .action(async (text: string, _: unknown, command: Command) => {
      const { setPolicy } = await import("../commands/policy.js");
      await setPolicy(contextOf(command.optsWithGlobals()), text);
    });
}
