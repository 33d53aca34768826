import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { Group } from "@conclave/mls";
import { openLeafCert, type Provider } from "@conclave/protocol";
import { roomEngine } from "@conclave/protocol/testing";
import type { OperationResult } from "./operation.js";
import type { Seat } from "./seat.js";
import { Broken } from "./broken.js";

/**
 * What holds of every seat that is ever reached, whatever the relay did: no ghosts, and one roster
 * to one set of keys.
 */
export class SeatChecks {
  private readonly byKeys = new Map<string, string>();
  private readonly byLog = new Map<string, string>();
  private readonly chains = new Map<string, string>();

  constructor(private readonly crypto: Crypto) {}

  readonly look = (seat: Seat, before: Seat | null, done: OperationResult | null): void => {
    const { look } = seat;
    if (before !== null) {
      if (look.n < before.look.n) throw new Broken(`${seat.device}'s cursor goes back`);
      if (look.roster.seq < before.look.roster.seq) throw new Broken(`${seat.device}'s roster goes back`);
      this.checkRefused(seat, before, done);
    }
    if (look.status === "removed" || look.status === "left") {
      this.checkForgotten(seat);
      return;
    }
    this.checkOne(this.byKeys, look.authenticator, look.rosterHead, `${seat.device} has the keys of another roster`);
    if (look.authenticator !== before?.look.authenticator) this.checkGhosts(seat);
    const { seq, roomId } = look.roster;
    const under = before?.look.roster;
    if (under !== undefined && seq === under.seq + 1) {
      this.checkOne(this.chains, look.rosterHead, before!.look.rosterHead, `${seat.device} has another chain`);
      const back = [...look.roster.members.keys()].find((id) => !under.members.has(id) && under.former.get(id)?.banned);
      // Nobody here lets anybody in by hand: who comes in comes by the link.
      if (back !== undefined) throw new Broken(`${seat.device} sees somebody come in by the link who is banned`);
    }
    if (look.status !== "active") return;
    // The same log, the same room: everyone at the same head of the log has one epoch and one
    // roster.
    const place = `${toHex(roomId)} ${look.logHead}`;
    this.checkOne(
      this.byLog,
      place,
      look.authenticator,
      `${seat.device} read the same log as others and has other keys`,
    );
  };

  private checkGhosts(seat: Seat): void {
    const [holders, listed] = [this.holdersOf(seat), listedOf(seat)];
    if (holders !== listed) throw new Broken(`a ghost at ${seat.device}: tree ${holders}, roster ${listed}`);
  }

  private checkOne(map: Map<string, string>, key: string, value: string, complaint: string): void {
    const known = map.get(key);
    if (known !== undefined && known !== value) throw new Broken(complaint);
    map.set(key, value);
  }

  // What is refused changes neither keys nor roster.
  private checkRefused(seat: Seat, before: Seat, done: OperationResult | null): void {
    if (done?.received === "accepted" || done?.received === undefined) return;
    const isSame =
      seat.look.authenticator === before.look.authenticator && seat.look.rosterHead === before.look.rosterHead;
    if (!isSame) throw new Broken(`${seat.device} refuses a record (${String(done.received)}) and moves on by it`);
  }

  // Who is out holds no keys of the group any more.
  private checkForgotten(seat: Seat): void {
    const kept = [...seat.stored.keys()].filter((key) => key.startsWith("g/"));
    if (kept.length > 0) throw new Broken(`${seat.device} is out and keeps ${kept[0]!}`);
  }

  private holdersOf({ stored }: Seat): string {
    const { crypto } = this;
    const provider: Provider = { crypto, random: () => new Uint8Array(0) };
    const records = [...stored].flatMap(([key, value]) =>
      key.startsWith("g/") ? [[key.slice(2), value] as const] : [],
    );
    const group = Group.load(roomEngine(provider), records);
    const holders = [...group.view.members()].map(({ leafNode }) => {
      const cert = leafNode.credential.type === "basic" ? openLeafCert(crypto, leafNode.credential.identity) : null;
      return `${cert === null ? "nobody" : toHex(cert.person)} ${toHex(leafNode.signatureKey)}`;
    });
    return holders.sort().join(", ");
  }
}

function listedOf({ look }: Seat): string {
  const listed = [...look.roster.members.values()].flatMap(({ person, devices }) => {
    return devices.map(({ leaf }) => `${toHex(person)} ${toHex(leaf)}`);
  });
  return listed.sort().join(", ");
}
