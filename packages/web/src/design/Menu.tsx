import { EllipsisVertical } from "lucide-preact";
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Button, type ButtonProps, type Icon } from "./Button.js";
import { IconButton } from "./IconButton.js";
import { MenuPopup, type MenuItem } from "./MenuPopup.js";

export interface MenuProps {
  /** What the menu is about ("Actions for Alice"). */
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** Three dots, when it is left out. */
  readonly icon?: Icon;
  /** A button with this text in the place of the icon. */
  readonly text?: string;
  readonly tone?: ButtonProps["tone"];
  readonly size?: "small" | "medium";
}

/** A button that opens a list of actions. For a menu at a pointer (right click, long press), use MenuPopup itself. */
export function Menu({ label, items, icon = EllipsisVertical, text, tone, size = "medium" }: MenuProps): JSX.Element {
  const [at, open] = useState<HTMLElement | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const toggle = () => open(at ? null : button.current);
  return (
    <>
      {text === undefined ? (
        <IconButton
          buttonRef={button}
          label={label}
          icon={icon}
          size={size}
          expanded={at !== null}
          onClick={toggle}
          {...(at ? { controls: id } : {})}
        />
      ) : (
        <Button
          buttonRef={button}
          label={`${text}: ${label}`}
          icon={icon}
          size={size}
          tone={tone ?? "secondary"}
          onClick={toggle}
        >
          {text}
        </Button>
      )}
      {at && <MenuPopup id={id} label={label} items={items} at={at} onClose={() => open(null)} />}
    </>
  );
}
