/** Bytes of a frame's header, at most: two, eight for the length, four for the mask. */
const MOST_HEADER_BYTES = 14;
const FINAL = 0x80;
/** Opcodes from here on are of control frames, which come between the parts of a message. */
const CONTROL = 0x08;
/** What a frame, or a piece that came by itself, takes in memory besides its bytes. */
const PART_BYTES = 512;

/**
 * How much of a message a client has sent whose end has not come, read from the headers of its frames (RFC 6455 §5.2). `ws` keeps
 * these bytes, and tells nobody.
 */
export class OpenMessage {
  /** Bytes of the message so far, its headers too; 0 between two messages. */
  bytes = 0;
  /** How many messages have ended. */
  ended = 0;
  /** What it takes besides its bytes: for each part, and for what came between them, which is kept as long as they are. */
  private besides = 0;
  private readonly header = Buffer.allocUnsafe(MOST_HEADER_BYTES);
  private headerBytes = 0;
  /** Bytes of the frame's payload that are still to come. */
  private left = 0;
  private isControl = false;
  private isFinal = false;

  /** What it takes in memory. */
  get memory(): number {
    return this.bytes + this.besides;
  }

  /** What came next. */
  read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.left > 0) at += this.payload(chunk.length - at);
      else this.head(chunk[at++]!);
    }
    if (this.bytes > 0) this.besides += PART_BYTES;
  }

  private payload(most: number): number {
    const count = Math.min(this.left, most);
    this.left -= count;
    this.count(count);
    if (this.left === 0) this.end();
    return count;
  }

  private head(byte: number): void {
    this.header[this.headerBytes++] = byte;
    this.isControl = (this.header[0]! & 0x0f) >= CONTROL;
    this.count(1);
    const short = this.header[1]! & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    // Clients mask what they send: `ws` ends a connection that does not.
    if (this.headerBytes < 2 || this.headerBytes < 2 + lengthBytes + 4) return;
    this.headerBytes = 0;
    if (this.bytes > 0) this.besides += PART_BYTES;
    this.isFinal = (this.header[0]! & FINAL) !== 0;
    if (lengthBytes === 0) this.left = short;
    else this.left = lengthBytes === 2 ? this.header.readUInt16BE(2) : Number(this.header.readBigUInt64BE(2));
    if (this.left === 0) this.end();
  }

  private count(bytes: number): void {
    if (!this.isControl) this.bytes += bytes;
    else if (this.bytes > 0) this.besides += bytes;
  }

  private end(): void {
    if (!this.isFinal || this.isControl) return;
    this.bytes = 0;
    this.besides = 0;
    this.ended++;
  }
}
