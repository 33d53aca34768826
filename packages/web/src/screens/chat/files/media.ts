/** Sound or moving pictures: what a browser plays in place. */
export interface Media {
  readonly kind: "audio" | "video";
  /** The type that the player is told: one of a closed list, never a stranger's words. */
  readonly type: string;
}

const PLAYED: readonly Media[] = [
  ...["audio/aac", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm"].map(
    (type) => ({ kind: "audio", type }) as const,
  ),
  ...["video/mp4", "video/ogg", "video/webm"].map((type) => ({ kind: "video", type }) as const),
];

/** How a file of this type is played; null for everything else. */
export function mediaOf(mediaType: string): Media | null {
  return PLAYED.find(({ type }) => type === mediaType) ?? null;
}
