/** Whether this browser can record on this page: not without https. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== "undefined" && "mediaDevices" in navigator;
}
