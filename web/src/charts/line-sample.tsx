import { lineStyle } from './line-style.ts';

/** A piece of a line as the chart draws it, for legend and readout. */
export function LineSample({ place, hidden = false }: { readonly place: number; readonly hidden?: boolean }) {
  const { dash, width, tone } = lineStyle(place);
  return (
    <svg viewBox="0 0 28 8" width="28" height="8" aria-hidden="true" style={{ flex: 'none' }}>
      {hidden ? null : (
        <path
          d="M1 4H27"
          fill="none"
          stroke={tone === 'strong' ? 'var(--wb-text)' : 'var(--wb-quiet)'}
          strokeWidth={width}
          strokeDasharray={dash.join(' ')}
        />
      )}
    </svg>
  );
}
