import type { Request } from "@conclave/wire";
import type { HostedRoom } from "../ledger/hostedRoom.js";
import type { Rates } from "../settings.js";
import { lastingBytesOf } from "./requestSize.js";
import { TokenBuckets } from "./tokenBucket.js";

/** How fast rooms, commits and slots come, which the relay keeps for ever, and files, which it keeps for long. */
export class LastingBudget {
  private readonly creations: TokenBuckets;
  private readonly files: TokenBuckets;
  private readonly bytes: TokenBuckets;

  constructor(rates: Rates) {
    this.creations = new TokenBuckets(rates.create);
    this.files = new TokenBuckets(rates.files);
    this.bytes = new TokenBuckets(rates.lastingOfAddress);
  }

  // RULE: relay.create-rate: rooms cost the relay for ever, so one address makes only so many (attack A83).
  /** Ms until this address can make a room; 0 if it can now, and then it counts. */
  waitForRoom(request: Request, address: string, now: number): number {
    return this.creations.take(address, 1, now) || this.wait(request, null, address, now);
  }

  // RULE: relay.file-rate: a file takes some of its room's space before its first byte and for a day, so one address begins only
  // so many, on however many connections (attack A83).
  /** Ms until this address can begin a file; 0 if it can now, and then it counts. */
  waitForFile(address: string, now: number): number {
    return this.files.take(address, 1, now);
  }

  // RULE: relay.lasting-bytes: what is never pruned comes only so fast to one room and from one address, so that nobody fills
  // the disk with commits and slots of rooms of their own. Only what is carried out counts: somebody who cannot write in a room
  // uses up nothing of what the room can take (attack A83).
  /** Ms until the bytes of a request can be kept; 0 if they can now, and then they count. `room`: null while it is not made yet. `more`: bytes besides. */
  wait(
    request: Request,
    room: { readonly lastingBytes: HostedRoom["lastingBytes"]; readonly isOwn: boolean } | null,
    address: string,
    now: number,
    more = 0,
  ): number {
    const bytes = lastingBytesOf(request) + more;
    if (bytes === 0) return 0;
    const wait = room?.lastingBytes.wait(bytes, room.isOwn, now) ?? 0;
    if (wait > 0) return wait;
    const addressWait = this.bytes.take(address, bytes, now);
    if (addressWait === 0) room?.lastingBytes.take(bytes, room.isOwn, now);
    return addressWait;
  }

  sweep(now: number): void {
    this.creations.sweep(now);
    this.files.sweep(now);
    this.bytes.sweep(now);
  }
}
