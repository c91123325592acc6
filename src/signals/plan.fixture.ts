import type {
  ComparisonTest,
  CompiledPlan,
  Formula,
  Measure,
  Operator,
  Signal,
  SilenceTest,
  Source,
  Test,
} from '#plan/model.ts';
import type { EventRecord } from './record.ts';

/** Plans and records by hand, for the tests and the benchmark of this folder only. */
export function planOf(parts: {
  readonly sources?: readonly Source[];
  readonly measures?: readonly Measure[];
  readonly signals?: readonly Signal[];
  readonly tests?: readonly Test[];
  readonly launch?: number | 'on command';
}): CompiledPlan {
  const sources = parts.sources ?? [sourceOf('requests')];
  return {
    name: 'fixture',
    title: 'Fixture',
    timezone: 'UTC',
    ...(parts.launch === 'on command' ? {} : { launch: parts.launch ?? 0 }),
    phases: [],
    people: [],
    roles: {},
    channels: [],
    severities: [],
    services: [],
    sources: Object.fromEntries(sources.map((source) => [source.name, source])),
    measures: Object.fromEntries((parts.measures ?? []).map((measure) => [measure.id, measure])),
    signals: parts.signals ?? [],
    objectives: [],
    tests: Object.fromEntries((parts.tests ?? []).map((test) => [test.id, test])),
    rules: [],
  };
}

export function sourceOf(name: string, rest: Partial<Source> = {}): Source {
  return { name, event: name, units: {}, ...rest };
}

/** A measure of `requests` over `windowMs`; its id says what it is. */
export function measureOf(
  measureFunction: Measure['function'],
  windowMs: number,
  rest: Partial<Measure> = {},
): Measure {
  const meaning = { function: measureFunction, source: 'requests', by: [], ...rest };
  const id = rest.id ?? `${JSON.stringify(meaning)} over ${windowMs}`;
  return { ...meaning, id, text: id, window: { kind: 'sliding', ms: windowMs } };
}

export function formulaOf(measure: Measure | number): Formula {
  return typeof measure === 'number' ? { kind: 'constant', value: measure } : { kind: 'measure', measure: measure.id };
}

export function signalOf(name: string, formula: Formula, rest: Partial<Signal> = {}): Signal {
  return {
    name,
    text: name,
    formula,
    by: [],
    atLeast: 0,
    unit: { base: 'count', shown: '' },
    stream: false,
    ...rest,
  };
}

export function testOf(
  id: string,
  left: Formula,
  operator: Operator,
  right: Formula | number,
  rest: Partial<ComparisonTest> = {},
): ComparisonTest {
  return {
    kind: 'comparison',
    id,
    text: id,
    signals: [],
    left,
    comparison: { operator, right: typeof right === 'number' ? formulaOf(right) : right },
    by: [],
    atLeast: 0,
    unit: { base: 'count', shown: '' },
    ...rest,
  };
}

export function silenceOf(id: string, forMs: number, rest: Partial<SilenceTest> = {}): SilenceTest {
  return { kind: 'silence', id, text: id, source: 'requests', forMs, ...rest };
}

let made = 0;

export function recordOf(time: number, rest: Partial<EventRecord> = {}): EventRecord {
  made += 1;
  return { name: 'requests', time, id: `e${made}`, attributes: {}, ...rest };
}
