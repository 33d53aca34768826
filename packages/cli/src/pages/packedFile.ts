import { brotliCompress, constants, gzipSync } from "node:zlib";

/** A file's bytes in one of the forms that a browser reads. */
export interface PackedBytes {
  readonly encoding: "br" | "gzip" | null;
  readonly bytes: Uint8Array;
}

/**
 * The forms in which one text file travels. Gzip is made at once. Brotli is an eighth smaller but slow to make, so it is made in
 * the background when the first browser that can read it asks; until then such a browser gets gzip.
 */
export class PackedFile {
  private readonly gzip: Uint8Array;
  private brotli: Uint8Array | null = null;
  private isAsked = false;

  constructor(private readonly plain: Uint8Array) {
    this.gzip = gzipSync(plain, { level: 9 });
  }

  /** What to send for an `Accept-Encoding`, which says what can be read; what it only refuses (`q=0`) no browser sends. */
  pick(accepted: string): PackedBytes {
    if (/\bbr\b/u.test(accepted)) {
      if (this.brotli) return { encoding: "br", bytes: this.brotli };
      this.makeBrotli();
    }
    return /\bgzip\b/u.test(accepted) ? { encoding: "gzip", bytes: this.gzip } : { encoding: null, bytes: this.plain };
  }

  private makeBrotli(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: this.plain.length };
    brotliCompress(this.plain, { params }, (error, bytes) => {
      if (!error) this.brotli = bytes;
    });
  }
}
