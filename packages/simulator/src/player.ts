import type { InviteFor } from "@conclave/protocol";
import type { SimulatedDevice } from "./device.js";
import type { Dice } from "./dice.js";
import { SimulatedSshKey } from "./simulatedSshKey.js";
import type { World } from "./world.js";

/** What people and fate can do in a random run, each with a weight. */
const MOVES = {
  write: 46,
  burst: 4,
  rekey: 5,
  invite: 4,
  join: 7,
  inviteKeys: 2,
  allowKeys: 4,
  disallowKey: 2,
  joinByKey: 5,
  remove: 3,
  leave: 2,
  promote: 2,
  revoke: 2,
  nameMirror: 3,
  endMirror: 1,
  crash: 5,
  crashAtCommit: 6,
  cut: 5,
  silence: 3,
  disconnect: 4,
  relayRestart: 2,
  relayDown: 1,
  mirrorDown: 1,
  mirrorRestart: 1,
  skew: 1,
} as const;

type Move = keyof typeof MOVES;

const BAG = (Object.keys(MOVES) as Move[]).flatMap((move) => Array.from({ length: MOVES[move] }, () => move));
const LONGEST_NAP = 20_000;
/** How many people there are who have an SSH key, whether it is listed or not. */
const SSH_KEYS = 12;

/** Plays a world: people who write, decide, come and go, and machines and lines that fail, all by the dice. */
export class Player {
  /** How often each move was made. */
  readonly moves = new Map<Move, number>();
  /** Texts that became durable at their author's device, with who wrote them. */
  readonly written: { readonly device: SimulatedDevice; readonly text: string; readonly stay: number }[] = [];
  private readonly dice: Dice;
  private readonly links: string[] = [];
  private readonly linksForKeys: string[] = [];
  private readonly sshKeys: readonly SimulatedSshKey[];
  private texts = 0;
  private isOver = false;

  constructor(
    private readonly world: World,
    /** How many devices there may be in all. */
    private readonly most: number,
  ) {
    this.dice = world.dice.fork("player");
    this.sshKeys = Array.from({ length: SSH_KEYS }, (_, at) => new SimulatedSshKey(world.crypto, `key ${at}`));
  }

  /** Begins to make moves, one after another, until {@link stop}. */
  start(): void {
    this.world.timeline.plan(this.dice.between(20, 600), "move", () => {
      if (this.isOver) return;
      this.move(this.dice.pick(BAG));
      this.start();
    });
  }

  stop(): void {
    this.isOver = true;
  }

  private move(move: Move): void {
    const devices = [...this.world.devices.values()];
    const inside = devices.filter(isMember);
    const device = inside.length === 0 ? null : this.dice.pick(inside);
    const made = device === null ? false : this.choices[move](device, devices);
    if (!made) return;
    this.moves.set(move, (this.moves.get(move) ?? 0) + 1);
    this.world.trace.add(`${this.world.timeline.now} move ${move} ${device?.name ?? ""}`);
  }

  /** Each says whether there was something to do. */
  private readonly choices: Readonly<
    Record<Move, (device: SimulatedDevice, all: readonly SimulatedDevice[]) => boolean>
  > = {
    write: (device) => this.write(device),
    burst: (device) => {
      for (let n = this.dice.between(2, 8); n > 0; n--) this.write(device);
      return true;
    },
    rekey: (device) => this.let(device.room.decide({ type: "rekey" })),
    invite: (device) => this.invite(device, { class: "multi", limit: 50 }, this.links),
    join: (_device, all) => this.join(all, this.links),
    inviteKeys: (device) => this.invite(device, { class: "listed" }, this.linksForKeys),
    allowKeys: (device) => {
      // As a file has them: some are on the list, and some were used.
      const keys = Array.from({ length: this.dice.between(1, 4) }, () => this.dice.pick(this.sshKeys).listed);
      return this.let(device.room.allowKeys(keys));
    },
    disallowKey: (device) => {
      const listed = device.room.sshKeys();
      return listed.length > 0 && this.let(device.room.disallowKeys([this.dice.pick(listed).key]));
    },
    joinByKey: (device, all) => {
      // Most often one that may be used; else any, which is not listed or was used. Old links are closed.
      const free = new Set(device.room.sshKeys().flatMap(({ comment, usedBy }) => (usedBy === null ? [comment] : [])));
      const listed = this.sshKeys.filter(({ name }) => free.has(name));
      const key = this.dice.pick(listed.length > 0 && this.dice.chance(70) ? listed : this.sshKeys);
      return this.join(all, this.linksForKeys.slice(-2), key);
    },
    remove: (device) => {
      const others = device.room.members().filter(({ isYou }) => !isYou);
      if (others.length < 2) return false;
      const { person } = this.dice.pick(others);
      return this.let(device.room.decide({ type: "remove", person, ban: this.dice.chance(30) }));
    },
    leave: (device) => device.room.members().length > 3 && this.let(device.room.leave()),
    promote: (device) => {
      const others = device.room.members().filter(({ isYou }) => !isYou);
      if (others.length === 0) return false;
      const { person } = this.dice.pick(others);
      const role = this.dice.pick(["admin", "member", "owner"] as const);
      return this.let(device.room.decide({ type: "setRole", person, role }));
    },
    revoke: (device) => {
      const open = device.room.invites().filter(({ isOpen }) => isOpen);
      if (open.length < 2) return false;
      return this.let(device.room.decide({ type: "revokeInvite", inviteId: this.dice.pick(open).inviteId }));
    },
    nameMirror: (device) => {
      const [relay] = this.dice.pick([...this.world.mirrors]);
      return this.let(device.room.addMirror({ relay }));
    },
    endMirror: (device) => {
      const named = device.room.mirrors();
      return named.length > 0 && this.let(device.room.removeMirror(this.dice.pick(named).address));
    },
    crash: (device) => {
      this.crash(device);
      return true;
    },
    crashAtCommit: (device) => {
      device.nextFate = this.dice.pick(["kill before", "kill after"] as const);
      this.awaken(device);
      return this.write(device);
    },
    cut: (device) => this.cutOff(device, "cut"),
    silence: (device) => this.cutOff(device, "silent"),
    disconnect: (device) => {
      this.world.network.disconnect(device.name);
      return true;
    },
    relayRestart: () => {
      this.world.relay.restart();
      return true;
    },
    relayDown: () => {
      if (!this.world.relay.isDown) this.world.relay.goDown(this.dice.between(100, LONGEST_NAP));
      return true;
    },
    mirrorDown: () => {
      const [, mirror] = this.dice.pick([...this.world.mirrors]);
      if (!mirror.isDown) mirror.goDown(this.dice.between(100, LONGEST_NAP));
      return true;
    },
    mirrorRestart: () => {
      const [, mirror] = this.dice.pick([...this.world.mirrors]);
      mirror.restart();
      return true;
    },
    skew: (device) => {
      device.skew = this.dice.between(-3_600_000, 3_600_000);
      return true;
    },
  };

  private write(device: SimulatedDevice): boolean {
    const text = `${device.name} ${++this.texts}`;
    const stay = device.stays;
    this.world.invariants.wrote(device.client.person, text);
    return this.let(
      device.room.send(text).then((result) => {
        if (result.ok) this.written.push({ device, text, stay });
      }),
    );
  }

  private invite(device: SimulatedDevice, kind: InviteFor, links: string[]): boolean {
    const made = device.room.createInvite({ label: "", for: kind, notAfter: null, mode: "direct" });
    return this.let(
      made.then((result) => {
        if (!result.ok || result.value.invitation === null || !device.isRunning) return;
        const link = device.room.inviteLink(result.value.invitation.inviteId, "chat.test");
        if (link !== null) links.push(link);
      }),
    );
  }

  private join(all: readonly SimulatedDevice[], links: readonly string[], key?: SimulatedSshKey): boolean {
    if (links.length === 0) return false;
    const link = this.dice.pick(links);
    const out = all.filter((device) => device.isRunning && !isMember(device) && !isOnItsWay(device));
    if (out.length > 0 && (all.length >= this.most || this.dice.chance(50))) {
      return this.let(this.takePlace(this.dice.pick(out), link, key));
    }
    if (all.length >= this.most) return false;
    const device = this.world.newDevice(`P${all.length + 1}`);
    return this.let(this.world.open(device).then(() => this.takePlace(device, link, key)));
  }

  private async takePlace(device: SimulatedDevice, link: string, key?: SimulatedSshKey): Promise<void> {
    const { lives } = device;
    // The process that asked may be dead by now.
    const isStill = (): boolean => device.isRunning && device.lives === lives;
    if (!isStill()) return;
    const invited = await device.client.previewInvite(link);
    if (!invited.ok || !isStill()) return;
    const message = key && (await invited.value.prepareKey());
    if (!isStill()) return;
    await invited.value.accept(device.name, "", message?.ok === true ? { signature: key!.sign(message.value) } : {});
  }

  private crash(device: SimulatedDevice): void {
    device.crash();
    this.awaken(device);
  }

  /** A device that is down comes up again some time. */
  private awaken(device: SimulatedDevice): void {
    this.world.timeline.plan(this.dice.between(200, LONGEST_NAP), `awaken ${device.name}`, () => {
      if (!device.isRunning) this.let(this.world.open(device));
    });
  }

  private cutOff(device: SimulatedDevice, way: "cut" | "silent"): boolean {
    const { network, timeline } = this.world;
    if (network.wayOf(device.name) !== "open") return false;
    network.setWay(device.name, way);
    timeline.plan(this.dice.between(200, 4 * LONGEST_NAP), `heal ${device.name}`, () => {
      network.setWay(device.name, "open");
    });
    return true;
  }

  /** Lets something go on by itself. What cannot be done is an answer; what throws is a bug, and ends the run. */
  private let(work: Promise<unknown>): true {
    work.catch((error: unknown) => {
      this.world.fail(error);
    });
    return true;
  }
}

function isMember(device: SimulatedDevice): boolean {
  return device.isInRoom && device.room.status().standing === "member";
}

function isOnItsWay(device: SimulatedDevice): boolean {
  return device.isInRoom && ["joining", "asking", "founding"].includes(device.room.status().standing);
}
