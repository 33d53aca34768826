import { storedFileName } from "@conclave/client/pure";

const KEPT_MS = 60_000;

/**
 * Gives a file to the person's own folder.
 *
 * RULE: web.file-download: a file is a download of no type, never a document of this page's origin, and its name is cleaned
 * of paths and of characters that turn it around (attacks A78, A87).
 */
export function saveFile(bytes: Blob, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = storedFileName(name);
  link.click();
  // The browser has begun to write it by then.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
