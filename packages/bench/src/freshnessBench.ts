import { ASK_AFTER_MS, pauseAmong, SPREAD_MS } from "@conclave/client";
import { nodeCrypto } from "@conclave/crypto/node";
import { foundRoom, newDevice, newIdentity, preset, ProtocolKind } from "@conclave/protocol";
import { encodeRelayMessage, type LogRecord } from "@conclave/wire";

const HOUR_MS = 3600_000;
/** Who answers next waits so long for those before them (ms), as the client's `ProbeAnswers` does. */
const STEP_MS = 2000;
/** How long a record takes from one device to another, least and most (ms). */
const WAY_MS = [50, 500] as const;
const NAMES = ["10", "100", "1,000"] as const;

/** What freshness costs a room in an hour in which everybody looks at it. */
export interface FreshnessTraffic {
  readonly people: number;
  /** How many have to answer. */
  readonly answers: number;
  readonly questions: number;
  readonly records: number;
  /** Bytes that the relay sends to all, in the hour. */
  readonly bytes: number;
}

/**
 * The traffic of an hour. The record is a real one, made by a real room and framed as the relay pushes it; when somebody asks is
 * played with the client's own times and pauses, for so many who all look.
 *
 * @param random From 0 to below 1.
 */
export function freshnessTraffic(people: number, answers: number, random: () => number): FreshnessTraffic {
  let [now, questions, records] = [0, 0, 0];
  const way = () => WAY_MS[0] + random() * (WAY_MS[1] - WAY_MS[0]);
  while (now < HOUR_MS) {
    const pauses = Array.from({ length: people }, () => pauseAmong(people, SPREAD_MS, random()));
    const first = Math.min(...pauses);
    // Who had drawn a pause that ends before the first question reaches them asks too.
    const asked = pauses.filter((pause) => pause === first || pause < first + way()).length;
    questions += asked;
    records += asked + answers;
    now += ASK_AFTER_MS + first + way() + STEP_MS * (answers - 1) + way();
  }
  return { people, answers, questions, records, bytes: records * recordBytes() * people };
}

let measured = 0;

/** Bytes of one question or answer as the relay pushes it to one device. */
function recordBytes(): number {
  if (measured > 0) return measured;
  const primitives = { crypto: nodeCrypto, random: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
  const founded = foundRoom(primitives, {
    device: newDevice(primitives, newIdentity(primitives), 1),
    name: "Alice",
    title: "Garden club",
    policy: preset("owner"),
    relay: { publicKey: new Uint8Array(32), address: "wss://relay.example" },
    now: Date.now(),
  });
  if (!founded.ok) throw new Error(founded.error.code);
  const said = founded.value.room.say({ kind: ProtocolKind.probe, ref: null, body: new Uint8Array(0) }, Date.now());
  if (!said.ok) throw new Error(said.error.code);
  const { roomTag, kind, epoch, payload, attachment } = said.value.append;
  const item: LogRecord = { n: 100_000, kind, epoch, payload, attachment, time: Date.now(), pruned: false };
  measured = encodeRelayMessage([{ type: "records", roomTag, items: [item], receipt: null }]).length;
  return measured;
}

/** Prints the table of docs/benchmarks.md. `quick`: one hour for each line instead of the mean of 20. */
export function freshnessBench(quick: boolean): void {
  console.log(`\none record, as the relay pushes it: ${recordBytes()} bytes\n`);
  console.log(
    "| people, all looking | who must answer | questions an hour | records an hour | at the relay, kB/s | at one device, bytes/s |",
  );
  console.log("| ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const [index, people] of [10, 100, 1000].entries())
    for (const answers of [1, 8]) {
      const hours = Array.from({ length: quick ? 1 : 20 }, () => freshnessTraffic(people, answers, Math.random));
      const mean = (of: (hour: FreshnessTraffic) => number) =>
        hours.reduce((sum, hour) => sum + of(hour), 0) / hours.length;
      const perSecond = mean(({ bytes }) => bytes) / 3600;
      const cells = [mean(({ questions }) => questions).toFixed(1), mean(({ records }) => records).toFixed(1)];
      console.log(
        `| ${NAMES[index]} | ${answers} | ${cells.join(" | ")} | ${(perSecond / 1000).toFixed(2)} | ${(perSecond / people).toFixed(1)} |`,
      );
    }
}
