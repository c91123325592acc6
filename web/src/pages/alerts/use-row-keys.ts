import { type RefObject, useEffect, useState } from 'react';
import { useShortcut } from '../../kit/shortcuts.ts';
import { isOpen, type ListedAlert } from './alert-list.ts';

/** `j` and `k` go through the rows, Enter opens as on every link, `a` acknowledges the row that has the focus. */
export function useRowKeys(
  list: RefObject<HTMLDivElement | null>,
  order: readonly ListedAlert[],
  acknowledge: ((alert: ListedAlert) => void) | undefined,
): void {
  const [row, setRow] = useState<string>();
  useEffect(() => {
    const box = list.current;
    if (box === null) return undefined;
    const follow = (event: FocusEvent): void =>
      setRow(
        event.target instanceof Element
          ? (event.target.closest('[data-key]')?.getAttribute('data-key') ?? undefined)
          : undefined,
      );
    box.addEventListener('focusin', follow);
    return () => box.removeEventListener('focusin', follow);
  }, [list]);

  function go(step: 1 | -1): void {
    const links = [...(list.current?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])];
    const at = links.findIndex((link) => link.contains(document.activeElement));
    const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
    links[next]?.focus();
  }
  useShortcut('j', 'next alert', order.length === 0 ? undefined : () => go(1));
  useShortcut('k', 'previous alert', order.length === 0 ? undefined : () => go(-1));
  const focused = order.find(({ key }) => key === row) ?? (order.filter(isOpen).length === 1 ? order[0] : undefined);
  const can =
    acknowledge !== undefined && focused !== undefined && isOpen(focused) && focused.acknowledged === undefined;
  useShortcut('a', 'acknowledge the alert', can ? () => acknowledge(focused) : undefined);
}
