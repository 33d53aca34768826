import { fromHex } from "@conclave/codec";
import { RoomId } from "@conclave/protocol";
import { CliError, usageError } from "../cliError.js";
import { askRunning, controlPath, listenForCommands } from "../gateway/controlSocket.js";
import { performControl, type Granted, type ControlRequest } from "../gateway/control.js";
import { instructions } from "../gateway/credentials.js";
import { Gateway } from "../gateway/gateway.js";
import { serveGateway } from "../gateway/gatewayServer.js";
import { WAYS } from "../gateway/party.js";
import { postSealed } from "../gateway/postSealed.js";
import { MessageTally } from "../gateway/tally.js";
import type { PartyDocument } from "../documents/partyDocument.js";
import { findRoom } from "../session/home.js";
import { warnOfUntrusted } from "../session/reach.js";
import type { CommandContext } from "../program/context.js";
import { withHome } from "../program/withRoom.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { readStandardInput } from "../terminal/standardInput.js";
import { table } from "../terminal/table.js";
import { dayAndTime } from "../terminal/when.js";
import { stopSignal } from "./serve.js";
import { wholeNumber } from "./wholeNumber.js";

/** Packets that a party can send in a minute, unless `--rate` says otherwise. */
const USUAL_RATE = 120;
const MOST_PER_MINUTE = 1_000_000;
const MOST_PORT = 65_535;
const USUAL_ADDRESS = "http://127.0.0.1:4440";
const LAST_WORDS_MS = 3000;

/** `conclave gateway add`: lets an outside party in, and shows its key, once. */
export async function gatewayAdd(context: CommandContext, label: string): Promise<void> {
  const { options, output } = context;
  const way = WAYS.find((each) => each === options["way"]);
  if (!way)
    throw usageError(`There is no way called "${safeName(String(options["way"]))}".`, `Ways: ${WAYS.join(", ")}.`);
  const wish: ControlRequest = { do: "add", label, way, room: context.room, hears: options["hear"] === true };
  const { parties, given, address } = await asked(context, wish);
  const party = parties[0]!;
  const lines = given ? instructions(way, given, address ?? USUAL_ADDRESS) : [];
  output.result({ party, given }, (paint) => [
    `${paint.green("✔")} ${safeName(party.label)} can now write into ${safeName(party.title)}${party.hears ? ", and hears what is written there" : ""}. The room is told.`,
    "Its key is shown only this once. Anyone who has it can write in the party's name.",
    "",
    ...lines,
    ...(address === null ? ["", `Start the gateway:  ${nextCommand("gateway", "run")}`] : []),
  ]);
}

/** `conclave gateway list`: the parties that can write through this home. */
export async function gatewayList(context: CommandContext): Promise<void> {
  const { parties } = await asked(context, { do: "list" });
  context.output.result({ parties }, () =>
    parties.length === 0
      ? "No party writes through this home. To add one:  " + nextCommand("gateway", "add", "build server")
      : table([["NAME", "ID", "WAY", "HEARS", "ROOM", "MESSAGES", "SINCE"], ...parties.map(row)]),
  );
}

function row({ label, id, way, hears, title, taken, since }: PartyDocument): string[] {
  return [safeName(label), id, way, hears ? "yes" : "no", safeName(title), String(taken), dayAndTime(since)];
}

/** `conclave gateway revoke`: makes a party's key useless. */
export async function gatewayRevoke(context: CommandContext, text: string): Promise<void> {
  const { parties } = await asked(context, { do: "revoke", party: text });
  const party = parties[0]!;
  context.output.result({ party }, (paint) => `${paint.green("✔")} ${safeName(party.label)} can no longer write here.`);
}

/** `conclave gateway post`: what a device or a script says to a gateway, sealed. */
export async function gatewayPost(context: CommandContext, given: string): Promise<void> {
  const { options, output } = context;
  const text = given === "" || given === "-" ? (await readStandardInput()).replace(/\n$/u, "") : given;
  if (text.trim() === "") throw usageError("There is nothing to send.");
  const id = await postSealed(String(options["key"]), String(options["to"]), text);
  output.result({ id }, (paint) => `${paint.green("✔")} delivered`);
}

/** `conclave gateway run`: takes what the parties say, until SIGTERM or Ctrl-C. */
export async function gatewayRun(context: CommandContext): Promise<void> {
  const { options, output } = context;
  const rate = wholeNumber("--rate", options["rate"], MOST_PER_MINUTE);
  const port = wholeNumber("--port", options["port"], MOST_PORT);
  await withHome(context, "write", async (client) => {
    const gateway = await Gateway.load(client, rate);
    const tally = new MessageTally(output);
    let fail: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => (fail = reject));
    failed.catch(() => undefined);
    const stopWatching = client.rooms().map((room) =>
      room.watch(() => {
        if (room.status().standing === "restored") fail(copied());
      }),
    );
    const server = await serveGateway(gateway, {
      ...{ host: String(options["host"]), port, allowToken: options["allowToken"] === true },
      onTaken: (taken, party) => {
        tally.count(taken, party);
      },
      onFailed: fail,
    });
    const commands = await listenForCommands(controlPath(context.home), async (wish) => ({
      ...(await performControl(gateway, wish, (text) => findRoom(client, text).id)),
      address: server.address,
    }));
    try {
      warnOfUntrusted(output, client.rooms());
      const parties = gateway.parties.length;
      const stopped = stopSignal();
      // eslint-disable-next-line conclave/outcome-last -- That it listens is so; what is awaited is its end.
      output.result({ event: "ready", address: server.address, parties }, (paint) => [
        `The gateway is listening on ${paint.cyan(server.address)}. Parties: ${parties}.`,
        "Ctrl-C stops it.",
      ]);
      await Promise.race([stopped, failed]);
      output.note("Stopping …");
    } finally {
      for (const stop of stopWatching) stop();
      commands.close();
      await server.close();
      tally.close();
      await Promise.all(client.rooms().map((room) => room.flushed(LAST_WORDS_MS)));
    }
  });
}

function copied(): CliError {
  return new CliError(
    "RESTORED",
    "This home is a copy, or was restored from a backup, so the gateway has stopped.",
    "Run the gateway in the home that is in use.",
  );
}

/** Asks the gateway that is running in this home; if none is, does it here. */
async function asked(context: CommandContext, wish: ControlRequest): Promise<Granted> {
  const answer = await askRunning(controlPath(context.home), wish);
  if (answer) return answer;
  return withHome(context, wish.do === "list" ? "stored" : "write", async (client) => {
    const gateway = await Gateway.load(client, USUAL_RATE);
    const granted = {
      ...(await performControl(gateway, wish, (text) => findRoom(client, text).id)),
      address: null,
    };
    if (wish.do === "list") return granted;
    const room = client.room(RoomId.of(fromHex(granted.parties[0]!.room)));
    const told = await room?.flushed(LAST_WORDS_MS * 3);
    if (told && !told.ok)
      context.output.warn("the relay does not answer. The room will be told the next time this home connects.");
    return granted;
  });
}
