import { inboxIdOf } from "@conclave/wire";
import { expect, it, vi } from "vitest";
import { type SimulatedDevice, World } from "../../src/index.js";
import { shutOut } from "../hostile/shutOut.js";

vi.setConfig({ testTimeout: 200_000 });

type Ask = (body: Readonly<Record<string, unknown>>) => Promise<{ readonly type: string }>;
interface Pleas {
  chore: () => unknown;
}
interface Inside {
  readonly engine: { readonly connection: { readonly request: Ask }; readonly pleas: Pleas };
}
const inside = ({ room }: SimulatedDevice) => (room as unknown as Inside).engine;
const isBack = ({ isInRoom, room }: SimulatedDevice) => isInRoom && room.status().comingBack === null;

/** Somebody's own program at the relay, which has what their client has, and looks for pleas all the time: nobody is faster. */
function fastest(world: World, member: SimulatedDevice, act: (request: number, ask: Ask) => Promise<void>) {
  const { connection, pleas } = inside(member);
  pleas.chore = () => null;
  const roomTag = world.tagOf(member);
  const seen = new Set<number>();
  const { store } = world.relay.main;
  const { no } = store.rooms.get(roomTag)!;
  return async () => {
    for (const { request } of store.requests.page(no, 0, { items: 99, bytes: 1 << 20 })) {
      if (seen.has(request)) continue;
      seen.add(request);
      await world.finish(act(request, (body) => connection.request({ roomTag, ...body })));
    }
    return seen.size;
  };
}

it.each(["answers", "takes it away"])(
  "A107: RULE plea.stays; RULE client.plea-asks-many: whoever shut her out is always the first who %s, and she comes back",
  async (what) => {
    const world = new World({ isRelayHonest: false });
    const devices = await world.roomOf(["Alice", "Bob", "Carol"]);
    const [alice, bob, carol] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    await world.pass(60_000);
    await shutOut(world, bob, [alice]);
    await world.inStep([bob, carol]);
    const inboxId = inboxIdOf((data) => world.crypto.hash("sha256", data), world.dice.random(32));
    const first = fastest(world, bob, async (request, ask) => {
      const body = { type: what === "answers" ? "answerRequest" : "deleteRequest", request };
      await ask(what === "answers" ? { ...body, inboxId, blob: world.dice.random(300) } : body);
    });
    let met = 0;
    const carolPleas = inside(carol).pleas as unknown as { answer: (...args: unknown[]) => Promise<boolean> };
    const answer = carolPleas.answer.bind(carolPleas);
    let answered = 0;
    carolPleas.answer = (...args) => {
      answered++;
      return answer(...args);
    };
    const begun = world.timeline.now;
    let wasOut = false;
    while (!(wasOut && isBack(alice)) && world.timeline.now < begun + 40 * 60_000) {
      wasOut ||= !isBack(alice);
      met = Math.max(met, await first());
      await world.pass(50);
    }
    expect(isBack(alice)).toBe(true);
    expect(met).toBeGreaterThan(0);
    expect(answered).toBeGreaterThan(0);
    console.info(`she is back after ${String((world.timeline.now - begun) / 60_000)} minutes`);
    expect(world.timeline.now - begun).toBeLessThan(15 * 60_000);
  },
);
