import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { Append } from "@conclave/protocol";
import { type LogItem, recordDigest, recordHash } from "@conclave/wire";

/**
 * A record as its author made it, whether the relay has it or not. Equal records are one parcel.
 */
export interface Parcel {
  readonly no: number;
  /** The device that made it. */
  readonly by: string;
  /** What it is, in words: "remove C". */
  readonly what: string;
  readonly kind: Append["kind"];
  readonly hash: string;
  /** The authenticator of the epoch that it was made in. */
  readonly base: string;
  readonly content: Pick<Append, "kind" | "epoch" | "payload" | "attachment">;
}

/** What a commit is called that its author's own rules refuse. */
export const WRONG = "wrong title";

/** Whoever is not in the room and can put something into the log. */
export const OUTSIDER = "outsider";

/** A parcel with the newest commit that its author has seen: what is given to the relay. */
export interface Post {
  readonly parcel: Parcel;
  readonly lastCommit: number;
}

/** All parcels that were ever made. */
export class Parcels {
  private readonly byHash = new Map<string, Parcel>();
  private readonly all: Parcel[] = [];

  constructor(private readonly crypto: Crypto) {}

  get(no: number): Parcel {
    return this.all[no]!;
  }

  of(append: Append, made: Pick<Parcel, "by" | "what" | "base">): Parcel {
    const hash = toHex(recordHash(this.sha256, append.roomTag, append));
    const known = this.byHash.get(hash);
    if (known !== undefined) return known;
    const { kind, epoch, payload, attachment } = append;
    const { by, what, base } = made;
    const parcel = { no: this.all.length, by, what, base, kind, hash, content: { kind, epoch, payload, attachment } };
    this.byHash.set(hash, parcel);
    this.all.push(parcel);
    return parcel;
  }

  /** A commit that nobody can open, as anybody who has a link or an old key can put it into the log. */
  junk(epoch: number): Parcel {
    const content = {
      kind: "commit",
      epoch,
      payload: new Uint8Array(256).fill(255),
      attachment: new Uint8Array(0),
    } as const;
    const hash = `junk ${String(epoch)}`;
    const known = this.byHash.get(hash);
    if (known !== undefined) return known;
    const parcel = { no: this.all.length, by: OUTSIDER, what: "junk", base: "", kind: content.kind, hash, content };
    this.byHash.set(hash, parcel);
    this.all.push(parcel);
    return parcel;
  }

  /**
   * A parcel as the record of this number. `isPruned`: the relay has deleted it, and gives its
   * hashes.
   */
  item(parcel: Parcel, n: number, isPruned = false): LogItem {
    const { content } = parcel;
    if (!isPruned) return { n, ...content, time: 0, pruned: false };
    return { n, ...recordDigest(this.sha256, content), time: 0, pruned: true };
  }

  /** What the relay has of the roster, for those who join. */
  rosterLog(charter: Uint8Array, log: readonly number[]): Uint8Array[] {
    const records = log.map((no) => this.get(no).content).filter(({ kind }) => kind === "commit");
    return [charter, ...records.flatMap(({ attachment }) => (attachment.length > 0 ? [attachment] : []))];
  }

  private readonly sha256 = (data: Uint8Array): Uint8Array => this.crypto.hash("sha256", data);
}
