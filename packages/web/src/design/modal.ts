import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/**
 * Shows a native dialog for as long as the component is there. The focus goes in (to `autofocus`, or to the first control) and
 * comes back to where it was; the page behind is out of reach. `onClose` is called when the person closes it: by Escape, by a
 * click beside it.
 */
export function useModal(ref: RefObject<HTMLDialogElement | null>, onClose: () => void): void {
  useLayoutEffect(() => {
    const dialog = ref.current!;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [ref]);

  useLayoutEffect(() => {
    const dialog = ref.current!;
    const onCancel = (event: Event) => {
      // A file picker inside of it fires `cancel` too.
      if (event.target !== dialog) return;
      event.preventDefault();
      onClose();
    };
    // A browser may close it without asking (Escape twice).
    const onClosed = (event: Event) => {
      if (event.target === dialog && dialog.isConnected) onClose();
    };
    const onPointerDown = (event: PointerEvent) => {
      if (event.target === dialog && isOutside(dialog, event)) onClose();
    };
    dialog.addEventListener("cancel", onCancel);
    dialog.addEventListener("close", onClosed);
    dialog.addEventListener("pointerdown", onPointerDown);
    return () => {
      dialog.removeEventListener("cancel", onCancel);
      dialog.removeEventListener("close", onClosed);
      dialog.removeEventListener("pointerdown", onPointerDown);
    };
  }, [ref, onClose]);
}

function isOutside(dialog: HTMLElement, { clientX: x, clientY: y }: PointerEvent): boolean {
  const box = dialog.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
