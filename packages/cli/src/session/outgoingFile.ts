import {
  MAX_PICTURE_BYTES,
  type OutgoingFile,
  PICTURE_HEAD_BYTES,
  pictureFormat,
  withoutNotes,
} from "@conclave/client";
import { openLocalFile } from "./localFile.js";

/** A file as it is sent. */
export interface FileToSend {
  readonly file: OutgoingFile;
  /**
   * What the camera and programs wrote into a picture, such as place and time. `none`: there is nothing, or it is no picture.
   * `removed`. `kept`: there may be something, and it cannot be taken out; `asked`: the person wants it sent as it is.
   */
  readonly notes: "none" | "removed" | "kept" | "asked";
  readonly close: () => Promise<void>;
}

/**
 * Opens a file on this machine to be sent: a picture without the details hidden in it, unless `isOriginal`. Close it afterwards.
 *
 * RULE: cli.no-notes: a picture goes without what the camera wrote into it, or its person is told before (as in the web client).
 * @throws CliError USAGE when there is none, or it cannot be read.
 */
export async function openOutgoing(path: string, isOriginal: boolean): Promise<FileToSend> {
  const { file, close } = await openLocalFile(path);
  try {
    if (isOriginal) return { file, notes: "asked", close };
    if (pictureFormat(await file.read(0, PICTURE_HEAD_BYTES)) === null) return { file, notes: "none", close };
    const whole = file.size > MAX_PICTURE_BYTES ? null : await file.read(0, file.size);
    const clean = whole && withoutNotes(whole);
    if (!whole || !clean) return { file, notes: "kept", close };
    if (Buffer.compare(whole, clean) === 0) return { file, notes: "none", close };
    const read = (offset: number, length: number) => Promise.resolve(clean.subarray(offset, offset + length));
    return { file: { ...file, size: clean.length, read }, notes: "removed", close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What to ask a person who sends a picture with details that cannot be removed. */
export function aboutNotes(name: string): string {
  return `${name} may contain the place and time it was taken, which can't be removed from this kind of picture.`;
}
