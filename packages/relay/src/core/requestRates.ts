import type { Failure } from "@conclave/codec";
import type { Request } from "@conclave/wire";
import { refuse, type Refusal } from "../ledger/refusal.js";
import type { RateLimit } from "../settings.js";
import { blobBytesOf, costOf } from "./requestSize.js";
import type { Session } from "./session.js";
import { TokenBuckets } from "./tokenBucket.js";

/** Bytes that cost an address as much as one small request. */
const BYTES_OF_ONE = 16_384;

/** What connections and addresses may ask of the relay in a time, and what they have used of it. */
export class RequestRates {
  private readonly addresses: TokenBuckets;

  /** @param ofAddress What one address may ask for over all its connections. */
  constructor(ofAddress: RateLimit) {
    this.addresses = new TokenBuckets(ofAddress);
  }

  /** Charges a request, or says how long its sender has to wait: then it costs nothing. */
  take(session: Session, request: Request, now: number): Failure<Refusal> | null {
    const { address } = session;
    const cost = costOf(request);
    const blobBytes = blobBytesOf(request);
    // RULE: relay.address-rate: one address takes only its share of the relay, with however many connections, and however often
    // it comes again (attack A161).
    const addressWait = this.addresses.wait(address, cost + blobBytes / BYTES_OF_ONE, now);
    if (addressWait > 0) return refuse("rate_limited", addressWait);
    // RULE: relay.connection-rate: one connection takes only its share of the relay (attacks A82, A83).
    const wait = session.take(cost, now);
    if (wait > 0) return refuse("rate_limited", wait);
    // RULE: relay.blob-rate: files take only their share too, and not that of their sender's messages (attack A83).
    const blobWait = blobBytes === 0 ? 0 : session.takeBlobBytes(blobBytes, now);
    if (blobWait > 0) return refuse("rate_limited", blobWait);
    this.addresses.charge(address, cost + blobBytes / BYTES_OF_ONE, now);
    return null;
  }

  /** What is known only afterwards: later requests of the connection and of its address wait for it. */
  charge(session: Session, bytes: number, now: number, bytesOfOne = BYTES_OF_ONE): void {
    session.charge(bytes / bytesOfOne, now);
    this.addresses.charge(session.address, bytes / bytesOfOne, now);
  }

  /** Forgets who has used nothing for long. */
  sweep(now: number): void {
    this.addresses.sweep(now);
  }
}
