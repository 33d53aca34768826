import type { Command } from "commander";
import { contextOf, FOR_GOOD } from "./globals.js";

const PERSON = "their name, name#tag where names look alike, or the beginning of their id";

/** Who is in the room, and deciding it. */
export function addDecisionCommands(program: Command): void {
  program
    .command("members")
    .description("who is in the room, in which role, and how they came in")
    .action(async (_: unknown, command: Command) => {
      const { members } = await import("../commands/members.js");
      await members(contextOf(command.optsWithGlobals()));
    });

  program
    .command("log")
    .description("every decision since the founding: who let whom in or out, when, by what right")
    .action(async (_: unknown, command: Command) => {
      const { log } = await import("../commands/log.js");
      await log(contextOf(command.optsWithGlobals()));
    });

  program
    .command("invite")
    .description("make an invite link")
    .option("--label <text>", "what the link is for: shown with everybody who comes by it", "invite")
    .option("--uses <n>", "how many people it lets in (1000 without it)")
    .option("--expires <time>", "how long it holds, for example 12h, 7d")
    .option("--mode <mode>", "direct: they are in at once; ask: somebody decides", "direct")
    .addHelpText(
      "after",
      `
Examples:
  conclave invite                                       for anybody who has the link
  conclave invite --label "Flea market" --uses 20 --expires 7d
  conclave invite --mode ask`,
    )
    .action(async (_: unknown, command: Command) => {
      const { invite } = await import("../commands/invite.js");
      await invite(contextOf(command.optsWithGlobals()));
    });

  program
    .command("invites")
    .description("the invites of the room: who made them, who came by them")
    .action(async (_: unknown, command: Command) => {
      const { invites } = await import("../commands/invite.js");
      await invites(contextOf(command.optsWithGlobals()));
    });

  program
    .command("revoke")
    .description("close an invite: its link works no more")
    .argument("<invite>", "its label, or the beginning of its id")
    .action(async (name: string, _: unknown, command: Command) => {
      const { revoke } = await import("../commands/invite.js");
      await revoke(contextOf(command.optsWithGlobals()), name);
    });

  program
    .command("requests")
    .description("who asks to be let in, and what waits for agreement")
    .action(async (_: unknown, command: Command) => {
      const { requests } = await import("../commands/requests.js");
      await requests(contextOf(command.optsWithGlobals()));
    });

  for (const [verb, about] of [
    ["admit", "let in somebody who asked"],
    ["decline", "turn down somebody who asked"],
  ] as const) {
    program
      .command(verb)
      .description(about)
      .argument("<request>", "their name, or the request's number")
      .action(async (name: string, _: unknown, command: Command) => {
        const { decide } = await import("../commands/requests.js");
        await decide(contextOf(command.optsWithGlobals()), verb, name);
      });
  }

  program
    .command("approve")
    .description("agree to what somebody proposed: it is done when enough people agree")
    .argument("<proposal>", 'the beginning of its id, as "conclave requests" shows it')
    .action(async (id: string, _: unknown, command: Command) => {
      const { approve } = await import("../commands/requests.js");
      await approve(contextOf(command.optsWithGlobals()), id);
    });

  program
    .command("remove")
    .description("remove somebody: they can read nothing that is written afterwards")
    .argument("<person>", PERSON)
    .option("--yes", FOR_GOOD)
    .addHelpText(
      "after",
      `
The room gets new keys, the invites they made or used are closed in the same decision, and they
cannot come back by another link. What they have read already they keep: nobody can take it back.`,
    )
    .action(async (person: string, _: unknown, command: Command) => {
      const { remove } = await import("../commands/remove.js");
      await remove(contextOf(command.optsWithGlobals()), person);
    });

  program
    .command("role")
    .description("change somebody's role")
    .argument("<person>", PERSON)
    .argument("<role>", "owner, admin or member")
    .option("--yes", `${FOR_GOOD}, to make an owner or to give up your own role`)
    .action(async (person: string, role: string, _: unknown, command: Command) => {
      const { setRole } = await import("../commands/role.js");
      await setRole(contextOf(command.optsWithGlobals()), person, role);
    });

  program
    .command("policy")
    .description("who decides what in this room; with a preset: change it")
    .argument("[preset]", "owner-led, admins, everyone, add-only, open-house, sealed")
    .option("--yes", FOR_GOOD)
    .action(async (preset: string | undefined, _: unknown, command: Command) => {
      const { policy } = await import("../commands/policy.js");
      await policy(contextOf(command.optsWithGlobals()), preset ?? null);
    });
}
