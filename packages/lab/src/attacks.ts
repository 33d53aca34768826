import { type Member, NotAllowed } from "./member.js";
import { ALL } from "./post.js";
import { type Construction, Room } from "./room.js";

const SIZE = 5;
const HELPER = 1;
const SPEAKER = 2;
const HEARER = 3;
const GONE = 4;

/** How an attack ended: it failed; it worked and somebody's machine showed it; it worked and nobody's did. */
export type Ending = "fails" | "shows" | "works";

/** What came of the attacks on one construction. Each is what machines read and noticed, in a room of its own. */
export interface AttackResults {
  readonly serverAddsKey: Ending;
  readonly removedReadsOn: Ending;
  readonly oldListReplayed: Ending;
  readonly twoLists: Ending;
  /** With the owner's machine off. */
  readonly ownerAway: { readonly talk: boolean; readonly remove: boolean };
}

export async function attack(construction: Construction): Promise<AttackResults> {
  const run = <T>(scene: (room: Room) => Promise<T>) => inRoom(construction, scene);
  return {
    serverAddsKey: await run(serverAddsKey),
    removedReadsOn: await run(removedReadsOn),
    oldListReplayed: await run(oldListReplayed),
    twoLists: await run(twoLists),
    ownerAway: await run(ownerAway),
  };
}

/** The server puts a key of its own on the list, any way it can, and hears everything that is sent afterwards. */
async function serverAddsKey(room: Room): Promise<Ending> {
  const spy = await room.newcomer();
  room.construction.walkIn(room, spy);
  await room.settle();
  copyTo(room, spy);
  return ending(room, heard(spy, await speakToFriends(room)));
}

/** Somebody was removed, kept all keys, and gets everything from the server, which also tells what it knows. */
async function removedReadsOn(room: Room): Promise<Ending> {
  const gone = room.member(GONE);
  room.owner.putOut(GONE);
  await room.settle();
  copyTo(room, gone);
  const text = await speakToFriends(room);
  return ending(room, heard(gone, text) || serverKnows(room, text));
}

/** After a removal that everybody has seen, the server sends the list from before it again. */
async function oldListReplayed(room: Room): Promise<Ending> {
  const gone = room.member(GONE);
  const before = room.server && new Map(room.server.authorized);
  const newcomer = await room.newcomer();
  room.construction.arrive?.(room, newcomer);
  await room.settle();
  room.owner.letIn(newcomer.name, newcomer.keys.public);
  await room.settle();
  const old = [...room.post.kept];
  room.owner.putOut(GONE);
  await room.settle();
  copyTo(room, gone);
  if (room.server === null) for (const parcel of old) room.post.handOut(parcel);
  else for (const [name, keys] of before ?? []) room.server.authorized.set(name, keys);
  await room.settle();
  return ending(room, heard(gone, await speakToFriends(room)));
}

/** A removal reaches one member and is kept from another, who speaks. */
async function twoLists(room: Room): Promise<Ending> {
  const gone = room.member(GONE);
  room.post.holdsBack = ({ from }, to) => from === room.owner.name && to === SPEAKER;
  room.owner.putOut(GONE);
  await room.settle();
  room.post.holdsBack = () => false;
  if (room.server) room.server.authorized.set(GONE, gone.keys.public);
  copyTo(room, gone);
  const text = await speak(room, SPEAKER);
  await speak(room, HELPER);
  return ending(room, heard(gone, text));
}

/** The owner's machine is off: do two others hear each other, and can somebody be removed? */
async function ownerAway(room: Room): Promise<AttackResults["ownerAway"]> {
  await room.goAway(room.owner.name);
  const talk = heard(room.member(HEARER), await speak(room, SPEAKER));
  try {
    room.member(HELPER).putOut(GONE);
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    return { talk, remove: false };
  }
  await room.settle();
  const text = await speak(room, SPEAKER);
  return { talk, remove: heard(room.member(HEARER), text) && !heard(room.member(GONE), text) };
}

async function inRoom<T>(construction: Construction, scene: (room: Room) => Promise<T>): Promise<T> {
  const room = await Room.open(construction, SIZE);
  try {
    return await scene(room);
  } finally {
    await room.close();
  }
}

let spoken = 0;

async function speak(room: Room, name: number): Promise<string> {
  const text = `Words ${++spoken}`;
  const member = room.member(name);
  member.work(() => member.say(text));
  await room.settle();
  return text;
}

/** As {@link speak}. An attack on a room in which nobody hears anybody would prove nothing. */
async function speakToFriends(room: Room): Promise<string> {
  const text = await speak(room, SPEAKER);
  if (!heard(room.member(HEARER), text)) throw new Error(`${room.construction.id}: the members do not hear each other`);
  return text;
}

/** From now on the server also gives this member everything that it receives. */
function copyTo(room: Room, member: Member): void {
  const honest = room.post.route;
  room.post.route = (parcel) => {
    const parcels = honest(parcel);
    const copies = parcels.filter(({ to }) => to !== member.name && to !== ALL);
    return [...parcels, ...copies.map((each) => ({ ...each, to: member.name }))];
  };
}

function heard(member: Member, text: string): boolean {
  return member.read.some((reading) => reading.text === text);
}

function serverKnows(room: Room, text: string): boolean {
  return room.server?.everythingSaid.includes(text) ?? false;
}

function ending(room: Room, worked: boolean): Ending {
  if (!worked) return "fails";
  const honest = [...room.members.values()].filter(({ name }) => name < GONE);
  return honest.some(({ noticed }) => noticed.length > 0) ? "shows" : "works";
}
