import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Findings of axe that are serious or critical, each as one line with its first place. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  // Through the debugger, so the page's content policy stays as it is.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const runner = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await runner.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact: String(impact),
      help,
      places: nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
      count: nodes.length,
    }));
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, places, count }) => `${impact} ${id}: ${help}, ${count} times: ${places.join(' | ')}`);
}

/** By how many pixels the page is wider than what is seen of it, and what sticks out. */
export function horizontalOverflow(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > width + 0.5)
      .slice(-5)
      .map((element) => {
        const { right } = element.getBoundingClientRect();
        return `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} ends at ${Math.round(right)} of ${width}`;
      })
      .concat(`the page is ${document.documentElement.scrollWidth} wide, ${width} are seen`);
  });
}

export interface KeyboardFindings {
  /** Elements that a pointer can use and Tab does not reach. */
  readonly unreached: readonly string[];
  /** Elements that have the focus without showing it. */
  readonly unmarked: readonly string[];
  readonly reached: number;
}

const TABS_MAX = 400;

/** Goes through the page with the Tab key, from its beginning until the focus comes round. */
export async function walkWithTab(page: Page, walks = 3): Promise<KeyboardFindings> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const expected = await page.evaluate(numberControls);
  const reached = new Set<number>();
  const unmarked: string[] = [];
  let before: Focused | undefined;
  let outside = 0;
  for (let presses = 0; presses < TABS_MAX && reached.size < expected.length && outside < 3; presses += 1) {
    await page.keyboard.press('Tab');
    const { focus, left } = await page.evaluate(lookAtFocus, before?.walk);
    // Now that the focus has moved on, the one before shows how it looks without.
    if (before !== undefined && left === before.look) unmarked.push(expected[before.walk] ?? '');
    before = focus;
    if (focus === undefined) outside += 1;
    else reached.add(focus.walk);
  }
  // What the page has replaced meanwhile, as an answer came, was not there to be reached: it is walked anew.
  const there = await page.locator('[data-walk]').count();
  if (there < expected.length && walks > 1) return walkWithTab(page, walks - 1);
  const unreached = expected.filter((_, index) => !reached.has(index));
  return { unreached, unmarked: [...new Set(unmarked)], reached: reached.size };
}

/** Numbers, in the page, everything that a pointer can use; gives a name of each. */
function numberControls(): readonly string[] {
  const selector =
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=true]';
  const found = [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => {
    if (element.matches(':disabled') || element.tabIndex < 0) return false;
    if (element.closest('[inert], [hidden]') !== null) return false;
    return element.checkVisibility({ opacityProperty: false, visibilityProperty: true });
  });
  // Of radio buttons with one name Tab reaches one.
  const isExtraRadio = (element: HTMLElement): boolean =>
    element instanceof HTMLInputElement &&
    element.type === 'radio' &&
    !element.checked &&
    found.some((other) => other instanceof HTMLInputElement && other.name === element.name && other.checked);
  const wanted = found.filter((element) => !isExtraRadio(element));
  // Any change of the frame counts as a mark. What surrounds an element may draw it, as for an input or the editor.
  const looks = (element: Element | null | undefined): string => {
    if (element === null || element === undefined) return '';
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
    return [outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor].join(' ');
  };
  const look = (element: Element): string =>
    [element, element.parentElement, element.parentElement?.parentElement, element.nextElementSibling]
      .map(looks)
      .join('; ');
  Object.assign(globalThis, { look });
  for (const walked of document.querySelectorAll('[data-walk]')) walked.removeAttribute('data-walk');
  for (const [index, element] of wanted.entries()) element.setAttribute('data-walk', String(index));
  return wanted.map(
    (element) =>
      `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}"`,
  );
}

interface Focused {
  readonly walk: number;
  readonly look: string;
}

/**
 * The control that has the focus, in the page, and how it looks, undefined when it is none of them; and how the one that had it before looks
 * now. A frame changes its colour over a tenth of a second, so they are looked at when no transition runs.
 */
async function lookAtFocus(
  before: number | undefined,
): Promise<{ readonly focus: Focused | undefined; readonly left: string | undefined }> {
  const isChanging = (): boolean => document.getAnimations().some((animation) => animation instanceof CSSTransition);
  while (isChanging()) await new Promise((resolve) => requestAnimationFrame(resolve));
  const { look } = globalThis as unknown as { look: (element: Element) => string };
  const walked = document.activeElement?.closest('[data-walk]') ?? undefined;
  const earlier = before === undefined ? null : document.querySelector(`[data-walk="${before}"]`);
  return {
    focus: walked === undefined ? undefined : { walk: Number(walked.getAttribute('data-walk')), look: look(walked) },
    left: before === undefined ? undefined : earlier === null ? 'gone' : look(earlier),
  };
}

/** Waits until no transition runs: a frame changes its colour over a tenth of a second. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.getAnimations().some((animation) => animation instanceof CSSTransition));
}
