import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Button, type Icon } from "./Button.js";

export interface FileButtonProps {
  /** What the button says, and the field that a screen reader finds. */
  readonly label: string;
  readonly icon: Icon;
  /** Which files are offered, as the `accept` of an input has it; all where it is left out. */
  readonly accept?: string;
  /** A file was chosen; the same one can be chosen again. */
  readonly onFile: (file: File) => void;
}

/** A button that lets a person choose one file. */
export function FileButton({ label, icon, accept, onFile }: FileButtonProps): JSX.Element {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon={icon} onClick={() => chooser.current!.click()}>
        {label}
      </Button>
      <input
        ref={chooser}
        type="file"
        {...(accept !== undefined && { accept })}
        hidden
        aria-label={label}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
    </>
  );
}
