import type { DurationMs } from '#kernel/instant.ts';
import type * as ast from '../expression/ast.ts';
import type { HeartbeatTest, ProbeTest, Source } from '../model.ts';
import type { Heartbeat, Probe } from '../probe.ts';
import { figureFields } from '../probe-fields.ts';
import { valuesOf } from './by-phase.ts';
import { isReach } from './down-rules.ts';
import { meaningHash } from './meaning.ts';

/** The probes and heartbeats of a plan, as conditions ask for them. */
export class Checks {
  readonly #probes: ReadonlyMap<string, Probe>;
  readonly #heartbeats: ReadonlyMap<string, Heartbeat>;
  readonly #timezone: string;
  /** Those that something reads. */
  readonly used: Set<string> = new Set();

  constructor(probes: readonly Probe[], heartbeats: readonly Heartbeat[], timezone: string) {
    this.#probes = new Map(probes.map((probe) => [probe.name, probe]));
    this.#heartbeats = new Map(heartbeats.map((heartbeat) => [heartbeat.name, heartbeat]));
    this.#timezone = timezone;
  }

  /** Undefined when its own line has a mistake, which was said there, or is not executed. */
  probe(name: string): Probe | undefined {
    this.used.add(name);
    return this.#probes.get(name);
  }

  /** The probes, and the parts that they tell of, whose failure says that a service cannot be reached. */
  reachabilityOf(service: string): readonly { readonly probe: Probe; readonly part?: string }[] {
    const found = [...this.#probes.values()].flatMap((probe) => [
      ...(probe.service === service && isReach(probe) ? [{ probe }] : []),
      ...(Object.hasOwn(probe.parts ?? {}, service) ? [{ probe, part: service }] : []),
    ]);
    for (const { probe } of found) this.used.add(probe.name);
    return found;
  }

  heartbeat(name: string): Heartbeat | undefined {
    this.used.add(name);
    return this.#heartbeats.get(name);
  }

  probeTest(probe: Probe, text: string, { is, part, streak }: Pick<ProbeTest, 'is' | 'part' | 'streak'>): ProbeTest {
    const meaning = {
      kind: 'probe',
      probe: probe.name,
      ...(part === undefined ? {} : { part }),
      is,
      ...(streak === undefined || streak === 1 ? {} : { streak }),
      ...(probe.agree === undefined ? {} : { agree: probe.agree }),
      staleMs: staleAfterMs(probe),
    } as const;
    return { ...meaning, id: meaningHash(meaning), text };
  }

  heartbeatTest(heartbeat: Heartbeat, text: string, is: HeartbeatTest['is']): HeartbeatTest {
    const { name, schedule, graceMs, longestMs } = heartbeat;
    const meaning = {
      kind: 'heartbeat',
      heartbeat: name,
      is,
      schedule,
      timezone: this.#timezone,
      graceMs,
      ...(longestMs === undefined ? {} : { longestMs }),
    } as const;
    return { ...meaning, id: meaningHash(meaning), text };
  }
}

/** A result older than this says nothing of now: two of the longest intervals and the time that a check may take. */
export function staleAfterMs({ everyMs, timeoutMs, confirm }: Probe): DurationMs {
  return Math.max(...valuesOf(everyMs)) * 2 + Math.max(timeoutMs, confirm?.withinMs ?? 0);
}

/** The results of one probe as a source of figures; what could not be measured, and the states of parts, are no results of it. */
export function sourceOfProbe(probe: Probe): Source {
  const fields = Object.entries(figureFields(probe.check.kind));
  return {
    name: `checks.${probe.name}`,
    event: 'check',
    standing: true,
    where: {
      kind: 'and',
      of: [
        { kind: 'compare', field: 'probe', operator: '=', value: probe.name },
        { kind: 'compare', field: 'outcome', operator: '!=', value: 'unmeasured' },
        { kind: 'missing', field: 'part' },
      ],
    },
    units: Object.fromEntries(
      fields.flatMap(([field, holds]) => {
        const unit = { count: '', any: '', text: '', ms: 'ms', bytes: 'B', days: 'd' }[holds];
        return unit === '' || field === 'time' ? [] : [[field, unit] as const];
      }),
    ),
  };
}

/** A probe that a condition asks about. */
export interface ProbeUse {
  readonly probe: Probe;
  /** Of it only what it tells of this service. */
  readonly part?: string;
  /** Of the `for` around it. */
  readonly forMs?: DurationMs;
  /** `fails … times in a row`. */
  readonly streak?: number;
  readonly node: ast.Node;
}
