import { actors, type BenchSuite, engine, filled, leaf, unwrap } from "@conclave/bench";
import { Group } from "@conclave/mls";
import { GroupKeyMember } from "./groupKey.js";
import { HubMember } from "./hub.js";
import { join } from "./keys.js";
import { withPerson } from "./list.js";
import { type Member, OWNER } from "./member.js";
import { ADMIN, MlsMember } from "./mlsRoster.js";
import { PairwiseMember } from "./pairwise.js";
import { ALL } from "./post.js";
import type { Construction, Room, Seat } from "./room.js";
import { SenderKeysMember } from "./senderKeys.js";
import { ListServer, ServerListMember } from "./serverList.js";

/** Members of a room that is founded by hand: all of them work. A larger one has a tree that was filled beforehand. */
const BY_HAND = 8;

/** This member, who is of this construction. */
function the<T extends Member>(kind: abstract new (...seat: Seat) => T, member: Member): T {
  if (!(member instanceof kind)) throw new Error(`member ${member.name} is of another construction`);
  return member;
}

function serverOf(room: Room): ListServer {
  if (room.server !== null) return room.server;
  room.server = new ListServer(room.post);
  for (const [name, keys] of room.list.people) room.server.authorized.set(name, keys);
  return room.server;
}

const serverList: Construction = {
  id: "server-list",
  title: "the server's list (authorized_keys)",
  begin: () => undefined,
  seat: (room, seat) => new ServerListMember(serverOf(room).keys.public, ...seat),
  walkIn: (room, spy) => void serverOf(room).authorized.set(spy.name, spy.keys.public),
};

const groupKey: Construction = {
  id: "group-key",
  title: "the owner's group key",
  begin: (room) => {
    for (const member of room.members.values()) if (member.name !== OWNER) member.list = { ...member.list, version: 0 };
    the(GroupKeyMember, room.owner).rotate();
  },
  seat: (_room, seat) => new GroupKeyMember(...seat),
  // Its own key, for everybody, as if it were the owner's.
  walkIn: (room, spy) => {
    const list = withPerson({ ...room.list, version: 1_000 }, spy.name, spy.keys.public);
    const names = [...list.people.keys()].filter((name) => name !== spy.name);
    room.post.handOut({ from: OWNER, to: ALL, bytes: the(GroupKeyMember, spy).impose(list, names) });
  },
};

const hub: Construction = {
  id: "hub",
  title: "the owner's machine as a hub",
  begin: () => undefined,
  seat: (_room, seat) => new HubMember(...seat),
  walkIn: (_room, spy) => spy.say("Let me in."),
};

function signedList(id: string, title: string, seat: (...seat: Seat) => PairwiseMember): Construction {
  return {
    id,
    title,
    everybodyHasSpoken: true,
    begin: () => undefined,
    seat: (_room, what) => seat(...what),
    walkIn: (room, spy) => {
      const list = withPerson({ ...room.list, version: 1_000 }, spy.name, spy.keys.public);
      spy.list = list;
      room.post.handOut({ from: OWNER, to: ALL, bytes: the(PairwiseMember, spy).signed(list) });
    },
  };
}

function mls(id: string, title: string, suite: BenchSuite): Construction {
  return {
    id,
    title,
    seat: (_room, seat) => new MlsMember(...seat),
    begin: (room) => (room.size <= BY_HAND ? foundByHand(room, suite) : foundFilled(room, suite)),
    arrive: (_room, member) => the(MlsMember, member).offer(suite, OWNER),
    // Gives new keys to the nodes that the removal blanked, as the next commits in a living room would.
    tend: (room) => the(MlsMember, room.member(ADMIN)).rekey(),
    walkIn: (room, spy) => {
      const { view } = the(MlsMember, room.owner).group!;
      const forged = spy.keys.signed(join(Uint8Array.of(1), new Uint8Array(12), new Uint8Array(32)));
      const options = { groupInfo: view.groupInfo(), leaf: leaf(suite), authenticatedData: forged };
      const joined = unwrap(Group.joinExternal(engine, options));
      the(MlsMember, spy).group = joined.group;
      room.post.handOut({ from: spy.name, to: ALL, bytes: join(Uint8Array.of(2), joined.message) });
    },
  };
}

async function foundByHand(room: Room, suite: BenchSuite): Promise<void> {
  const options = {
    groupId: new TextEncoder().encode("lab"),
    suite,
    leaf: { ...leaf(suite), lifetime: { notBefore: 0n, notAfter: 2n ** 64n - 1n } },
    extensions: [],
  };
  const owner = the(MlsMember, room.owner);
  owner.group = Group.create(engine, options).group;
  for (const each of [...room.members.values()].slice(1)) {
    const member = the(MlsMember, each);
    member.offer(suite, OWNER);
    await room.settle();
    owner.letIn(member.name);
    await room.settle();
  }
}

function foundFilled(room: Room, suite: BenchSuite): void {
  const [acting, following] = actors(suite, filled(suite, room.size));
  the(MlsMember, room.owner).group = acting;
  the(MlsMember, room.member(ADMIN)).group = following;
}

/** The constructions that are compared, in the order of docs/why.md. */
export const CONSTRUCTIONS: readonly Construction[] = [
  serverList,
  groupKey,
  hub,
  signedList("pairwise", "a signed list, pairwise keys", (...seat) => new PairwiseMember(...seat)),
  signedList("sender-keys", "a signed list, sender keys", (...seat) => new SenderKeysMember(...seat)),
  mls("mls-x25519", "MLS and a roster, X25519", 0x0001),
  mls("mls-xwing", "MLS and a roster, X25519 + ML-KEM-768", 0x004d),
];
