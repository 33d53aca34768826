import type { RelayCore } from "@conclave/relay";
import { type Ask, ScriptedClient } from "@conclave/relay/testing";
import type { Request, Response } from "@conclave/wire";
import { driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

/** Where {@link mirrored} has the mirror. */
export const MIRROR = "ws://relay2";
const AT_MIRROR = "ws://relay2/relay";
const OWN_CONNECTION = 998;

/**
 * A room of two with a mirror, to which one device brings what is new, and of which a worker under test is given the connection.
 * `apart` messages were said while nobody got through to it.
 */
export async function mirrored(apart: number) {
  const world = new World();
  const core = world.addRelay(MIRROR);
  const [alice, bob] = await twoIn(world);
  await world.get(alice.room.addMirror({ relay: MIRROR }));
  const seen = (home: Home) => home.room.mirrors()[0];
  await world.until(() => [alice, bob].every((home) => seen(home)?.n === home.room.status().n));
  const { n } = alice.room.status();
  if (apart > 0) {
    world.downAt.add(AT_MIRROR);
    world.cut();
  }
  for (let count = 0; count < apart; count++) await world.get(alice.room.send(`apart ${String(count)}`));
  await world.until(() => [alice, bob].every((home) => home.room.status().n === n + apart));
  // As before it is brought anywhere: what was pushed is signed for when that is asked for.
  driving(alice).sync.askSigned();
  await world.until(() => driving(alice).state.room?.receipts.newest?.receipt.n === n + apart);
  return { world, core, alice, bob, n };
}

/** The connection to a mirror as a worker has it, with a real relay behind it; a test can answer in its place. */
export class ScriptedMirror {
  /** False while nobody answers there. */
  isUp = true;
  /** What stands in the place of an answer; null for the relay's own. */
  answer: (asked: Ask) => object | null | Promise<object | null> = () => null;
  /** All that was asked. */
  readonly asked: Ask[] = [];
  private readonly client: ScriptedClient;

  private constructor(world: World, core: RelayCore) {
    core.open(OWN_CONNECTION, "a member", world.clock.now());
    this.client = new ScriptedClient((message) => {
      core.receive(OWN_CONNECTION, message, world.clock.now());
      for (const output of core.commit())
        if (output.kind === "send" && output.connection === OWN_CONNECTION) this.client.receive(output.bytes);
    });
  }

  static async at(world: World, core: RelayCore): Promise<ScriptedMirror> {
    const mirror = new ScriptedMirror(world, core);
    await mirror.client.hello();
    return mirror;
  }

  /** Has the relay behind it carry something out, whatever is answered. */
  carryOut(asked: Ask): Promise<Response> {
    return this.client.ask(asked);
  }

  /** The frames of one type that came. */
  of<T extends Request["type"]>(type: T): Extract<Request, { readonly type: T }>[] {
    return this.asked.filter((each) => each.type === type) as Extract<Request, { readonly type: T }>[];
  }

  /** What a worker takes for its connections: to this mirror, wherever it looks. */
  readonly connection = {
    welcome: {},
    number: 1,
    isConnecting: false,
    find: () => ({
      url: AT_MIRROR,
      use: (_waitMs: number, work: (welcome: object) => Promise<unknown>) =>
        this.isUp ? work(this.client.welcome!) : Promise.resolve(null),
      request: async (asked: Ask): Promise<Response | object> => {
        this.asked.push(asked);
        return (await this.answer(asked)) ?? this.carryOut(asked);
      },
    }),
  };
}
