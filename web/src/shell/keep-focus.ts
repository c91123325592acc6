import { type RefObject, useEffect } from 'react';

/**
 * Lets the keyboard go on from the content when what had the focus is gone: a dialog that closed, a button that did its work, a page
 * that was left. Browsers say nothing when a focused element is removed, so it is looked at when Tab is pressed.
 */
export function useKeptFocus(content: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let last: EventTarget | null = null;
    const remember = (event: FocusEvent): void => {
      last = event.target;
    };
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'Tab' || document.activeElement !== document.body) return;
      // The browser then goes on from there, as it does with every Tab.
      if (last instanceof Node && !last.isConnected) content.current?.focus({ preventScroll: true });
    };
    document.addEventListener('focusin', remember);
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('focusin', remember);
      document.removeEventListener('keydown', press);
    };
  }, [content]);
}
