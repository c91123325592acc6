const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 240;
const HEIGHT = 56;
/** Line and dot keep clear of the edge. */
const MARGIN = 4;

export interface Line {
  readonly values: readonly (number | null)[];
  /** A class of the style sheet. */
  readonly kind: 'main' | 'bad';
}

/**
 * Draws lines over one span, the newest value at the right edge; a value that is not there is a gap. `most` is the value at the top if
 * no value exceeds it, so that a quiet line does not fill the height.
 */
export function drawSparkline(
  place: Element,
  lines: readonly Line[],
  span: number,
  most: number,
  description: string,
): void {
  let svg = place.querySelector('svg');
  if (svg === null) {
    svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('role', 'img');
    place.append(svg);
  }
  svg.setAttribute('aria-label', description);
  const top = Math.max(most, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const step = WIDTH / (span - 1);
  const shapes = lines.flatMap(({ values, kind }) => {
    const offset = span - values.length;
    const point = (value: number, index: number): string =>
      `${((offset + index) * step).toFixed(1)} ${(HEIGHT - MARGIN - (value / top) * (HEIGHT - 2 * MARGIN)).toFixed(1)}`;
    return pieces(values).flatMap((piece) => {
      const points = piece.map(({ value, index }) => point(value, index));
      const first = ((offset + (piece[0]?.index ?? 0)) * step).toFixed(1);
      const last = ((offset + (piece.at(-1)?.index ?? 0)) * step).toFixed(1);
      return [
        path(`M${first} ${HEIGHT} L${points.join(' L')} L${last} ${HEIGHT} Z`, `${kind} area`),
        path(`M${points.join(' L')}`, `${kind} line`),
      ];
    });
  });
  svg.replaceChildren(...shapes);
}

/** The stretches without a gap. */
function pieces(values: readonly (number | null)[]): { readonly value: number; readonly index: number }[][] {
  const found: { value: number; index: number }[][] = [];
  let before = -2;
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    if (before !== index - 1) found.push([]);
    found.at(-1)?.push({ value, index });
    before = index;
  }
  return found;
}

function path(shape: string, name: string): SVGPathElement {
  const element = document.createElementNS(SVG, 'path');
  element.setAttribute('d', shape);
  element.setAttribute('class', name);
  element.setAttribute('vector-effect', 'non-scaling-stroke');
  return element;
}
