import { median } from "@conclave/bench";
import { OWNER } from "./member.js";
import { type Construction, Room } from "./room.js";

const SPEAKER = 1;
const ROUNDS = 3;
/** From this many people on, one round is enough: its bytes are megabytes. */
const LARGE = 300;
/** Members that work in a large room; the others take the bytes. */
const AWAKE = 4;
const WORDS = "a".repeat(256);

/** What one thing costs everybody. Bytes as the server counts them, with 8 for each frame; milliseconds of one machine. */
export interface Cost {
  readonly uploaded: number;
  readonly delivered: number;
  /** The member who speaks or decides. */
  readonly actorMs: number;
  /** The busiest of the other members: the owner, if everything goes through its machine. */
  readonly otherMs: number;
  readonly serverMs: number;
}

/** Least of the rounds, in a room of `size` people. */
export interface Costs {
  readonly size: number;
  readonly add: Cost;
  readonly say: Cost;
  readonly remove: Cost;
}

export async function costsOf(construction: Construction, size: number): Promise<Costs> {
  const room = await Room.open(construction, size, AWAKE);
  try {
    const rounds: Omit<Costs, "size">[] = [];
    for (let round = 0; round < (size < LARGE ? ROUNDS : 1); round++) rounds.push(await oneRound(room));
    const least = (what: "add" | "say" | "remove") => leastOf(rounds.map((round) => round[what]));
    return { size, add: least("add"), say: least("say"), remove: least("remove") };
  } finally {
    await room.close();
  }
}

async function oneRound(room: Room): Promise<Omit<Costs, "size">> {
  const owner = room.owner;
  // Chains and pairwise keys exist before anything is measured, as between people who have talked before.
  room.member(SPEAKER).say(WORDS);
  if (room.construction.everybodyHasSpoken) for (const member of room.members.values()) member.say(WORDS);
  await room.settle();
  const newcomer = await room.newcomer();
  const add = await cost(room, OWNER, () => {
    room.construction.arrive?.(room, newcomer);
    return room.settle().then(() => owner.work(() => owner.letIn(newcomer.name, newcomer.keys.public)));
  });
  room.member(SPEAKER).say(WORDS);
  await room.settle();
  const say = await cost(room, SPEAKER, () => room.member(SPEAKER).work(() => room.member(SPEAKER).say(WORDS)));
  const remove = await cost(room, OWNER, () => owner.work(() => owner.putOut(newcomer.name)));
  await room.goAway(newcomer.name);
  room.construction.tend?.(room);
  await room.settle();
  return { add, say, remove };
}

async function cost(room: Room, actor: number, task: () => void | Promise<void>): Promise<Cost> {
  const { post, members } = room;
  post.countAnew();
  for (const member of members.values()) member.workMs = 0;
  if (room.server) room.server.workMs = 0;
  await task();
  await room.settle();
  const others = [...members.values()].filter(({ name }) => name !== actor);
  const { uploaded, delivered } = post.total(
    [...members.keys()],
    room.asleep,
    (name) => name === OWNER || name === actor || name >= room.size,
  );
  return {
    uploaded,
    delivered,
    actorMs: members.get(actor)!.workMs,
    otherMs: Math.max(...others.map(({ workMs }) => workMs)),
    serverMs: room.server?.workMs ?? 0,
  };
}

function leastOf(costs: readonly Cost[]): Cost {
  const least = (pick: (cost: Cost) => number) => Math.min(...costs.map(pick));
  return {
    uploaded: median(costs.map(({ uploaded }) => uploaded)),
    delivered: median(costs.map(({ delivered }) => delivered)),
    actorMs: least(({ actorMs }) => actorMs),
    otherMs: least(({ otherMs }) => otherMs),
    serverMs: least(({ serverMs }) => serverMs),
  };
}
