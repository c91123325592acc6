/** The theme's colours as a canvas needs them. */
export interface ChartLook {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly strongLine: string;
  readonly surface: string;
  readonly good: string;
  readonly warning: string;
  readonly warningSoft: string;
  readonly critical: string;
  readonly criticalSoft: string;
  readonly none: string;
  readonly time: string;
  readonly fontFamily: string;
}

/** Reads the colours of the scheme that is on. */
export function readLook(): ChartLook {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--wb-${name}`).trim();
  return {
    text: color('text'),
    quiet: color('quiet'),
    line: color('line'),
    strongLine: color('line-strong'),
    surface: color('surface'),
    good: color('good'),
    warning: color('warning'),
    warningSoft: color('warning-soft'),
    critical: color('critical'),
    criticalSoft: color('critical-soft'),
    none: color('none'),
    time: color('time'),
    fontFamily: getComputedStyle(document.body).fontFamily,
  };
}

/** A tile of slanted lines: what a stretch without values is filled with. */
export function hatchTile(color: string): HTMLCanvasElement {
  const tile = document.createElement('canvas');
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext('2d');
  if (pen !== null) {
    pen.strokeStyle = color;
    pen.globalAlpha = 0.35;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
  }
  return tile;
}
