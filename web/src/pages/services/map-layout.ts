/** A service as far as its place depends on it. */
export interface MapService {
  readonly name: string;
  readonly needs: readonly string[];
}

/** Sizes in pixels. */
export interface MapSizes {
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  /** Between columns. */
  readonly columnGap: number;
  /** Between what stands above one another. */
  readonly rowGap: number;
}

export interface MapNode {
  readonly name: string;
  /** From 0 for what no other service needs. */
  readonly column: number;
  /** The left upper corner. */
  readonly x: number;
  readonly y: number;
}

/** From a service to one that it needs, by the points where the line crosses the columns between them. */
export interface MapEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ServiceMapLayout {
  readonly width: number;
  readonly height: number;
  /** By column, then from above. */
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Services without any need, in the order given; they have no place on the map. */
  readonly alone: readonly string[];
}

/** How often the columns are put into the order of their neighbours; more changes next to nothing. */
const SWEEPS = 6;

/** A place in a column: of a service, or of a line on its way to a later column. */
interface Slot {
  readonly name: string | undefined;
  readonly height: number;
  /** Slots of the column before, and of the one after, that a line goes to. */
  readonly before: Slot[];
  readonly after: Slot[];
  place: number;
  y: number;
}

/**
 * Puts services into columns, each to the left of all that it needs, ordered so that few lines cross; lines over several columns pass between
 * the services there. After Sugiyama, Tagawa and Toda (1981), with barycentres.
 */
export function layOutServices(services: readonly MapService[], sizes: MapSizes): ServiceMapLayout {
  const known = new Set(services.map(({ name }) => name));
  const needed = new Set(services.flatMap(({ needs }) => needs.filter((need) => known.has(need))));
  const isAlone = ({ name, needs }: MapService): boolean => !needed.has(name) && !needs.some((need) => known.has(need));
  const alone = services.filter(isAlone).map(({ name }) => name);
  const placed = services.filter((service) => !isAlone(service));
  const columnOf = columnsOf(placed);
  const columns: Slot[][] = [];
  const slots = new Map<string, Slot>();
  for (const { name } of placed) slots.set(name, addSlot(columns, columnOf.get(name) ?? 0, name, sizes.nodeHeight));
  const ways: { from: Slot; to: Slot; between: Slot[] }[] = [];
  for (const { name, needs } of placed) {
    for (const need of new Set(needs)) {
      const [from, to] = [slots.get(name), slots.get(need)];
      const [first, last] = [columnOf.get(name) ?? 0, columnOf.get(need) ?? 0];
      // A circle, which the checker refuses, would lead back.
      if (from === undefined || to === undefined || last <= first) continue;
      const between: Slot[] = [];
      for (let column = first + 1; column < last; column++) between.push(addSlot(columns, column, undefined, 0));
      for (const [index, slot] of [from, ...between].entries()) {
        const next = between[index] ?? to;
        slot.after.push(next);
        next.before.push(slot);
      }
      ways.push({ from, to, between });
    }
  }
  order(columns);
  const height = stack(columns, sizes.rowGap);
  const step = sizes.nodeWidth + sizes.columnGap;
  const xOf = new Map(columns.flatMap((column, index) => column.map((slot) => [slot, index * step] as const)));
  const middle = (slot: Slot): number => slot.y + slot.height / 2;
  const nodes = columns.flatMap((column, index) =>
    column.flatMap(({ name, y }) => (name === undefined ? [] : [{ name, column: index, x: index * step, y }])),
  );
  const edges = ways.map(({ from, to, between }): MapEdge => {
    const through = between.flatMap((slot): (readonly [number, number])[] => {
      const x = xOf.get(slot) ?? 0;
      return [
        [x, middle(slot)],
        [x + sizes.nodeWidth, middle(slot)],
      ];
    });
    return {
      from: from.name ?? '',
      to: to.name ?? '',
      points: [[(xOf.get(from) ?? 0) + sizes.nodeWidth, middle(from)], ...through, [xOf.get(to) ?? 0, middle(to)]],
    };
  });
  return { width: Math.max(0, columns.length * step - sizes.columnGap), height, nodes, edges, alone };
}

function addSlot(columns: Slot[][], column: number, name: string | undefined, height: number): Slot {
  while (columns.length <= column) columns.push([]);
  const of = columns[column] ?? [];
  const slot: Slot = { name, height, before: [], after: [], place: of.length, y: 0 };
  of.push(slot);
  return slot;
}

/** The column of each: one more than the last of those who need it. */
function columnsOf(services: readonly MapService[]): ReadonlyMap<string, number> {
  const needers = new Map<string, string[]>();
  for (const { name, needs } of services) {
    for (const need of needs) needers.set(need, [...(needers.get(need) ?? []), name]);
  }
  const columns = new Map<string, number>();
  const entered = new Set<string>();
  const visit = (name: string): number => {
    const done = columns.get(name);
    if (done !== undefined) return done;
    // A circle is cut where it closes.
    if (entered.has(name)) return -1;
    entered.add(name);
    const column = 1 + Math.max(-1, ...(needers.get(name) ?? []).map(visit));
    columns.set(name, column);
    return column;
  };
  for (const { name } of services) visit(name);
  return columns;
}

function order(columns: readonly Slot[][]): void {
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0;
    for (const column of isForward ? columns : columns.toReversed()) {
      const wanted = new Map(column.map((slot) => [slot, centre(isForward ? slot.before : slot.after, slot.place)]));
      column.sort((left, right) => (wanted.get(left) ?? 0) - (wanted.get(right) ?? 0));
      for (const [place, slot] of column.entries()) slot.place = place;
    }
  }
}

/** Where the middle of its neighbours is; without any it stays. */
function centre(neighbours: readonly Slot[], otherwise: number): number {
  if (neighbours.length === 0) return otherwise;
  return neighbours.reduce((sum, { place }) => sum + place, 0) / neighbours.length;
}

/** Stacks each column and centres it; returns the height of the highest. */
function stack(columns: readonly Slot[][], rowGap: number): number {
  const heights = columns.map((column) => column.reduce((sum, { height }) => sum + height + rowGap, -rowGap));
  const highest = Math.max(0, ...heights);
  for (const [index, column] of columns.entries()) {
    let y = (highest - (heights[index] ?? 0)) / 2;
    for (const slot of column) {
      slot.y = y;
      y += slot.height + rowGap;
    }
  }
  return highest;
}
