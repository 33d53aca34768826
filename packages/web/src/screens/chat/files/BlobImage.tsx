import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface BlobImageProps {
  /** What it is was found in its own bytes before: see `imageHeader`. */
  readonly blob: Blob;
  readonly alt: string;
  readonly class?: string | undefined;
  readonly width?: number;
  readonly height?: number;
  readonly onError?: () => void;
}

/** An image that is in memory. Its address ends with it. */
export function BlobImage({ blob, alt, onError, ...rest }: BlobImageProps): JSX.Element | null {
  const [url, show] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    show(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url === null ? null : (
    <img src={url} alt={alt} decoding="async" draggable={false} onError={onError} {...rest} />
  );
}
