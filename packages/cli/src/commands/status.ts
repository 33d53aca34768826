import type { ProviderName } from "@conclave/crypto";
import { CLOCK_LIMIT_MS, type FreshnessCheck, type Returning, type RoomStatus } from "@conclave/client";
import { spanOf } from "@conclave/words";
import { isGone } from "@conclave/client/pure";
import { usageError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import type { AlarmDocument } from "../documents/alarmDocument.js";
import { checkDocument, type RoomDocument, roomDocument, statusDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { withRoom } from "../program/withRoom.js";
import { CHECK_MS } from "../room/askFirst.js";
import { orThrow } from "../room/orThrow.js";
import { proofsIn } from "../room/proofs.js";
import { mayResetClock } from "../room/decide.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Paint } from "../terminal/paint.js";
import { clockDoubtLine, clockLine, freshnessLine } from "../session/freshnessLine.js";
import { safeName, safeText } from "../terminal/safeText.js";

const ASKING = "Waiting for those who decide here to answer …";

const RETURNING = {
  ready: () => "your recovery words bring you back to this room",
  preparing: () => `you can't recover this room yet; to make it possible:  ${nextCommand("sync")}`,
  possible: () => `you can't recover this room; to see why:  ${nextCommand("recovery")}`,
} as const satisfies Record<Returning, () => string>;

/**
 * `conclave status`: exit code 5 when there is an alarm, 8 when the room has moved beyond this program, 1 when nobody confirmed
 * the list with `--check`.
 */
export async function status(context: CommandContext): Promise<void> {
  const isCheck = context.options["check"] === true;
  if (isCheck && context.options["offline"] === true) throw usageError("--check needs the relay: leave out --offline.");
  await withRoom(context, isCheck ? "write" : "read", async (room, isCurrent) => {
    const check = isCheck ? orThrow(await waiting(context.output, room.checkNow(CHECK_MS), ASKING), room) : null;
    const current = statusDocument(room, proofsIn(context.home, room));
    const summary = roomDocument(room);
    const doubt = clockDoubtLine(current);
    const checked = check && checkDocument(check);
    context.output.result({ room: summary, isCurrent, status: current, check: checked }, (paint) => [
      `${paint.bold(safeName(summary.title))} ${paint.dim(summary.id.slice(0, 12))}`,
      "",
      `  you are     ${standingLine(summary)}`,
      ...(current.ending === null ? [] : [`              ${current.ending.text}`]),
      `  relay       ${summary.relay}, ${isCurrent ? "connected" : "not contacted"}`,
      // Somebody who is out of the room is told nothing about it: what this home knows of it is out of date.
      ...(isGone(summary.standing) ? [] : roomLines(room.status(), check)),
      ...(doubt === null ? [] : [`  clock       ${doubt}`]),
      ...(current.roomAhead <= CLOCK_LIMIT_MS
        ? []
        : [
            `  clock       the room's clock is ${spanOf("en", current.roomAhead)} ahead of this machine's: links expire by the room's`,
            ...(mayResetClock(room) ? [`              to set it right:  ${nextCommand("reset-clock")}`] : []),
          ]),
      ...(current.isLeaving
        ? [`  leaving     when another member is next online; to stay after all:  ${nextCommand("leave", "--undo")}`]
        : []),
      ...(current.comingBack === null ? [] : [`  coming back ${safeText(current.comingBack.text)}`]),
      ...(current.returning === null ? [] : [`  recovery    ${RETURNING[current.returning]()}`]),
      ...(current.paused === null
        ? []
        : [`  sending     ${paint.red("stopped")}: ${safeText(current.paused.message)}`]),
      ...alarmLines(current.alarms, paint),
    ]);
    if (check?.isConfirmed === false) process.exitCode = EXIT.refused;
    if (current.paused?.code === "update_needed") process.exitCode = EXIT.outdated;
    if (current.alarms.length > 0) process.exitCode = EXIT.alarm;
  });
}

function roomLines(current: RoomStatus, check: FreshnessCheck | null): string[] {
  const clock = clockLine(current.freshness);
  return [
    `  members     ${freshnessLine(current.freshness)}`,
    ...(check === null ? [] : [`  asked now   ${checkLine(check)}`]),
    ...(clock === null ? [] : [`  your clock  ${clock}`]),
    `  decisions   ${current.seq + 1}, epoch ${current.epoch}`,
    `  to send     ${current.pending === 0 ? "nothing" : current.pending}`,
    ...(current.providers === null ? [] : [`  keys by     ${providersLine(current.providers)}`]),
  ];
}

const COMPUTED_BY = {
  openssl: "OpenSSL",
  noble: "noble, in TypeScript",
  libsodium: "libsodium, in WebAssembly",
} as const satisfies Record<ProviderName, string>;

/** `OpenSSL; those of ML-KEM by libsodium, in WebAssembly`. */
function providersLine({ curves, mlKem }: NonNullable<RoomStatus["providers"]>): string {
  return curves === mlKem ? COMPUTED_BY[curves] : `${COMPUTED_BY[curves]}; those of ML-KEM by ${COMPUTED_BY[mlKem]}`;
}

/** `Alice and Bob answered after 2.1 s`. */
function checkLine({ isConfirmed, answeredBy, took }: FreshnessCheck): string {
  const names = new Intl.ListFormat("en").format(answeredBy.map(({ name }) => safeName(name)));
  if (isConfirmed) return names === "" ? "nobody else can change the list" : `${names} answered after ${seconds(took)}`;
  return names === ""
    ? `nobody who decides answered within ${seconds(took)}`
    : `${names} answered within ${seconds(took)}; it takes more people`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function standingLine({ standing, ended, role, isConfirmed, people }: RoomDocument): string {
  if (standing === "asking") return "waiting to be let in";
  if (standing === "lost" && ended !== null) return `not in it: ${safeText(ended.message)}`;
  if (standing === "lost") return "not in it";
  if (standing === "removed" || standing === "left") return `no longer in it: ${standing}`;
  if (standing !== "member") return standing;
  return `${role ?? "member"}${isConfirmed || people === 1 ? "" : " (nobody has confirmed yet that you joined)"}`;
}

function alarmLines(alarms: readonly AlarmDocument[], paint: Paint): string[] {
  return alarms.flatMap(({ code, sentence, advice, proof }) => [
    "",
    paint.red(paint.bold(`ALARM  ${safeText(sentence)}`)),
    `  ${safeText(advice)}`,
    paint.dim(`  ${code}${proof === null ? "" : `, proof: ${proof}`}`),
  ]);
}
