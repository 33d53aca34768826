import type { Ledger } from "../store/ledger.js";

/** The ledger that requests are carried out in now: that of the run. The parts of the core hold this one for ever. */
export class RunLedger implements Ledger {
  private of: Ledger | null = null;

  /** From now on it is this one; null between two runs, when nothing can be read. */
  use(ledger: Ledger | null): void {
    this.of = ledger;
  }

  get rooms(): Ledger["rooms"] {
    return this.current.rooms;
  }

  get records(): Ledger["records"] {
    return this.current.records;
  }

  get roster(): Ledger["roster"] {
    return this.current.roster;
  }

  get slots(): Ledger["slots"] {
    return this.current.slots;
  }

  get requests(): Ledger["requests"] {
    return this.current.requests;
  }

  get inboxes(): Ledger["inboxes"] {
    return this.current.inboxes;
  }

  get blobs(): Ledger["blobs"] {
    return this.current.blobs;
  }

  signedUntil(): number {
    return this.current.signedUntil();
  }

  saveSignedUntil(time: number): void {
    this.current.saveSignedUntil(time);
  }

  restorations(): number {
    return this.current.restorations();
  }

  private get current(): Ledger {
    if (this.of === null) throw new Error("nothing is carried out outside a run");
    return this.of;
  }
}
