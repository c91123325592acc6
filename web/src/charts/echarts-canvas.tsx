import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useLayoutEffect, useMemo, useRef } from 'react';
import { hatchTile, readLook } from './chart-look.ts';
import { chartOption, type Drawing } from './chart-option.ts';

use([LineChart, GridComponent, MarkAreaComponent, MarkLineComponent, CanvasRenderer]);

interface EChartsCanvasProps {
  readonly drawing: Drawing;
  /** Colours are read again when it changes. */
  readonly scheme: string;
}

/** The drawn part of a chart. The only module that loads ECharts; import it lazily. */
export function EChartsCanvas({ drawing, scheme }: EChartsCanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what is read from the document
  const colours = useMemo(() => {
    const look = readLook();
    return { look, hatch: hatchTile(look.none) };
  }, [scheme]);
  const { width, height } = drawing.box;

  useLayoutEffect(() => {
    if (place.current === null) return undefined;
    const made = init(place.current, null, { renderer: 'canvas', width: 300, height: 200 });
    chart.current = made;
    return () => {
      chart.current = undefined;
      made.dispose();
    };
  }, []);

  useLayoutEffect(() => chart.current?.resize({ width, height, silent: true }), [width, height]);

  useLayoutEffect(() => {
    chart.current?.setOption(chartOption(drawing, colours.look, colours.hatch), { notMerge: true });
  }, [drawing, colours]);

  return <div ref={place} aria-hidden="true" data-chart-canvas="" />;
}
