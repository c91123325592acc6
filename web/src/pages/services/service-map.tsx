import { type KeyboardEvent, useMemo, useState } from 'react';
import type { ServiceAnswer } from '#contract/services.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { useWidth } from '../../kit/use-width.ts';
import { layOutServices, type MapEdge, type MapNode } from './map-layout.ts';
import { checksText, serviceTone } from './service-words.ts';
import classes from './services.module.css';

const NODE = { nodeWidth: 212, nodeHeight: 60, rowGap: 14 };
const GAP = { least: 44, most: 240 };

interface ServiceMapProps {
  readonly services: readonly ServiceAnswer[];
  readonly onChoose: (service: string) => void;
}

/** What needs what, from the left to the right: whatever a service needs stands on its right. */
export function ServiceMap({ services, onChoose }: ServiceMapProps) {
  const { ref, width } = useWidth();
  const [near, setNear] = useState<string>();
  // Only another plan moves anything.
  const shape = JSON.stringify(services.map(({ name, needs }) => ({ name, needs })));
  const columns = useMemo(
    () =>
      1 +
      Math.max(0, ...layOutServices(JSON.parse(shape), { ...NODE, columnGap: 0 }).nodes.map(({ column }) => column)),
    [shape],
  );
  const columnGap = Math.round(
    Math.min(GAP.most, Math.max(GAP.least, (width - columns * NODE.nodeWidth) / Math.max(1, columns - 1))),
  );
  const layout = useMemo(() => layOutServices(JSON.parse(shape), { ...NODE, columnGap }), [shape, columnGap]);
  const byName = new Map(services.map((service) => [service.name, service]));
  const place = (service: ServiceAnswer) => (
    <ServiceNode
      service={service}
      onChoose={onChoose}
      onNear={(isNear) => setNear((before) => (isNear ? service.name : before === service.name ? undefined : before))}
    />
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its place is moved by the keyboard too
    <nav ref={ref} className={classes.map} aria-label="Map of the services" tabIndex={0}>
      <div className={classes.plane} style={{ width: layout.width, height: layout.height }}>
        <svg className={classes.lines} width={layout.width} height={layout.height} aria-hidden="true">
          <defs>
            {(['usual', 'broken'] as const).map((kind) => (
              <marker
                key={kind}
                id={`arrow-${kind}`}
                viewBox="0 0 8 8"
                refX="7.5"
                refY="4"
                markerWidth="11"
                markerHeight="11"
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path className={classes.arrow} data-kind={kind} d="M0 .8 7.5 4 0 7.2z" />
              </marker>
            ))}
          </defs>
          {layout.edges.map((edge) => {
            const isBroken = byName.get(edge.to)?.state === 'down' || byName.get(edge.to)?.because.length !== 0;
            const isNear = near === undefined || edge.from === near || edge.to === near;
            return (
              <path
                key={`${edge.from} ${edge.to}`}
                className={classes.line}
                data-kind={isBroken ? 'broken' : 'usual'}
                data-near={isNear ? '' : undefined}
                markerEnd={`url(#arrow-${isBroken ? 'broken' : 'usual'})`}
                d={pathOf(edge)}
              />
            );
          })}
        </svg>
        <ul className={classes.nodes} onKeyDown={(event) => moveBetween(event, layout.nodes)}>
          {layout.nodes.map(({ name, x, y }) => {
            const service = byName.get(name);
            return service === undefined ? null : (
              <li key={name} className={classes.place} style={{ left: x, top: y, ...nodeSize }}>
                {place(service)}
              </li>
            );
          })}
        </ul>
      </div>
      {layout.alone.length === 0 ? null : (
        <>
          <p className={classes.quiet}>Without needs, and needed by none:</p>
          <ul className={classes.alone}>
            {layout.alone.map((name) => {
              const service = byName.get(name);
              return service === undefined ? null : (
                <li key={name} style={nodeSize}>
                  {place(service)}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </nav>
  );
}

const nodeSize = { width: NODE.nodeWidth, height: NODE.nodeHeight };

interface ServiceNodeProps {
  readonly service: ServiceAnswer;
  readonly onChoose: (service: string) => void;
  readonly onNear: (isNear: boolean) => void;
}

function ServiceNode({ service, onChoose, onNear }: ServiceNodeProps) {
  const { name, state, needs, because } = service;
  const { tone, word } = serviceTone(service);
  return (
    <button
      type="button"
      className={classes.node}
      data-tone={tone}
      data-node={name}
      onClick={() => onChoose(name)}
      onMouseEnter={() => onNear(true)}
      onMouseLeave={() => onNear(false)}
      onFocus={() => onNear(true)}
      onBlur={() => onNear(false)}
    >
      <span className={classes.nodeName}>{name}</span>
      <span className={classes.nodeFoot}>
        <StateMark tone={tone} word={word} quiet={tone === 'good'} />
        <span className={classes.nodeWhy}>
          {because.length === 0 || state === 'down' ? checksText(service) : `needs ${because.join(', ')}`}
        </span>
      </span>
      {needs.length === 0 ? null : <span className="wb-spoken">. Needs {needs.join(', ')}</span>}
    </button>
  );
}

const directions: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Arrow keys go to the nearest service on that side. */
function moveBetween(event: KeyboardEvent<HTMLElement>, nodes: readonly MapNode[]): void {
  const from = nodes.find(({ name }) => name === (event.target as HTMLElement).dataset['node']);
  const direction = directions[event.key];
  if (from === undefined || direction === undefined) return;
  const [dx, dy] = direction;
  const distance = ({ x, y }: MapNode): number => Math.abs(x - from.x) + Math.abs(y - from.y);
  const [next] = nodes
    .filter(({ column, y }) =>
      dx === 0 ? column === from.column && (y - from.y) * dy > 0 : (column - from.column) * dx > 0,
    )
    .toSorted((left, right) => distance(left) - distance(right));
  if (next === undefined) return;
  event.preventDefault();
  event.currentTarget.querySelector<HTMLElement>(`[data-node="${CSS.escape(next.name)}"]`)?.focus();
}

/** Leaves and arrives level, and crosses columns level. */
function pathOf({ points }: MapEdge): string {
  const [[x, y] = [0, 0], ...rest] = points;
  let [atX, atY] = [x, y];
  let path = `M${atX} ${atY}`;
  for (const [toX, toY] of rest) {
    const bend = (toX - atX) / 2;
    path += atY === toY ? `H${toX}` : `C${atX + bend} ${atY} ${toX - bend} ${toY} ${toX} ${toY}`;
    [atX, atY] = [toX, toY];
  }
  return path;
}
