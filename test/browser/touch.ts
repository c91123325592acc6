import type { Page } from 'playwright-core';

/**
 * What acts and is smaller than a thumb needs: buttons, fields, and links that stand alone, such as those of a navigation or the title of a
 * row. A link or button within a sentence is as high as its line, an alert in a chart as its lane: a list has it too. What a label surrounds
 * is as large as the label.
 */
export function smallTargets(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const least = 44;
    const acting = 'button, input:not([type=hidden]), select, textarea, summary, [role=tab], [role=radio], a[href]';
    const isInSentence = (element: Element): boolean => {
      const around = element.parentElement?.closest('p, dd, li, figcaption, label, td, span, div');
      const others = [...(around?.childNodes ?? [])].filter((node) => node !== element);
      return others.some((node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim().length > 1);
    };
    return [...document.querySelectorAll<HTMLElement>(acting)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled'))
      .filter((element) => element.closest('.cm-editor, [data-chart]') === null || element.matches('button'))
      .filter((element) => !element.matches('[data-in-text]') && !isInSentence(element))
      .map((element) => {
        const boxes = [element, element.closest('label')].map((one) => one?.getBoundingClientRect());
        const [width, height] = (['width', 'height'] as const).map((side) =>
          Math.max(...boxes.map((box) => box?.[side] ?? 0)),
        );
        return { element, width: width ?? 0, height: height ?? 0 };
      })
      .filter(({ width, height }) => height > 1 && (Math.round(height) < least || Math.round(width) < least))
      .map(({ element, width, height }) => {
        const name = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40);
        return `${element.tagName.toLowerCase()} "${name}" is ${Math.round(width)} × ${Math.round(height)}`;
      });
  });
}
