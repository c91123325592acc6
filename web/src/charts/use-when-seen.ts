import { useEffect, useState } from 'react';

/** So far outside of what is seen a chart is drawn already. */
const MARGIN = '200px';
/** A page that is never idle draws its charts all the same. */
const PATIENCE_MS = 1_000;

/** Whether an element has come into sight while the page had nothing better to do. It stays so. */
export function useWhenSeen(element: Element | null): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (element === null || seen) return;
    let cancel = (): void => {};
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        cancel = whenIdle(() => setSeen(true));
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      cancel();
    };
  }, [element, seen]);
  return seen;
}

/** Gives the way to call it off. Safari has no idle callbacks. */
function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(run, { timeout: PATIENCE_MS });
    return () => cancelIdleCallback(handle);
  }
  const timer = setTimeout(run, 1);
  return () => clearTimeout(timer);
}
