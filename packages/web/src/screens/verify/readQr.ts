import decodeQR from "qr/decode.js";

const MOST_PIXELS = 1280;
/** A picture larger than that is no photograph of a code. */
const MAX_FILE_BYTES = 30_000_000;

/** Anything that can be drawn: a video's frame, a picture. */
interface Drawable {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** Reads QR codes out of pictures, always with the same canvas. */
export class QrReader {
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d", { willReadFrequently: true });

  /** The text of the code in what the camera sees now; null when there is none. */
  readVideo(video: HTMLVideoElement): string | null {
    const { videoWidth: width, videoHeight: height } = video;
    return width === 0 ? null : this.read({ source: video, width, height });
  }

  /** The text of the code in a picture; null when there is none, or it is no picture. */
  async readFile(file: Blob): Promise<string | null> {
    if (file.size > MAX_FILE_BYTES) return null;
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) return null;
    const { width, height } = picture;
    const found = this.read({ source: picture, width, height });
    picture.close();
    return found;
  }

  private read({ source, width, height }: Drawable): string | null {
    const scale = Math.min(1, MOST_PIXELS / Math.max(width, height));
    const across = Math.max(1, Math.round(width * scale));
    const down = Math.max(1, Math.round(height * scale));
    this.canvas.width = across;
    this.canvas.height = down;
    if (!this.context) return null;
    this.context.drawImage(source, 0, 0, across, down);
    try {
      return decodeQR(this.context.getImageData(0, 0, across, down));
    } catch {
      // Most frames have no code: the decoder says so by throwing.
      return null;
    }
  }
}
