import { type DurationMs, formatDuration, MINUTE_MS } from '#kernel/instant.ts';
import type {
  AvailabilityFigure,
  AvailabilityTarget,
  AvailabilityWindow,
  Maintenance,
} from '../availability-figure.ts';
import { missable } from '../error-budget.ts';
import type * as ast from '../expression/ast.ts';
import { maintenanceOf } from '../maintenance.ts';
import type { ByPhase, Formula } from '../model.ts';
import type { Probe } from '../probe.ts';
import { suggest } from '../text/nearest-name.ts';
import type { Span } from '../text/source-file.ts';
import { budgetTargets } from './budget-targets.ts';
import { valuesOf } from './by-phase.ts';
import { type Checks, staleAfterMs } from './checks.ts';
import type { CompiledFormula, Scope } from './compiled-formula.ts';
import type { Context } from './context.ts';
import { meaningHash } from './meaning.ts';
import { COUNT, FRACTION } from './units.ts';

/** The availabilities that signals and conditions ask for, collected by their meaning. */
export class Availabilities {
  readonly figures: Map<string, AvailabilityFigure> = new Map();
  readonly #context: Context;
  readonly #checks: Checks;
  readonly #maintenance: readonly Maintenance[];

  constructor(context: Context, checks: Checks, maintenance: readonly Maintenance[]) {
    this.#context = context;
    this.#checks = checks;
    this.#maintenance = maintenance;
  }

  /** `availability(api)`, of a probe, a part of one, or a service. Undefined when something is wrong, which was said. */
  compile(node: ast.Aggregate, scope: Scope): CompiledFormula | undefined {
    const place = scope.sentence.place(node.span.start, node.span.end);
    if (node.where !== undefined || node.having !== undefined || node.by !== undefined) {
      const message = '`availability` takes a probe or a service, and nothing else.';
      this.#context.report.add('E154', place, message, 'Write `availability(NAME)`.');
      return undefined;
    }
    const targets = this.#targetsOf(node.path, scope.sentence.place(node.path.span.start, node.path.span.end));
    const window = windowOf(scope);
    if (targets === undefined || window === undefined) return undefined;
    if (window.kind === 'this phase' && this.#context.phases.size === 0) {
      const message = '`this phase` is the time since the phase in force began, and the plan has no phases.';
      this.#context.report.add('E154', place, message, 'Write them under `phases`, or `since launch`.');
      return undefined;
    }
    const isLocal = window.kind === 'today' || targets.some(({ excluded }) => excluded !== undefined);
    const meaning = { targets, window, ...(isLocal ? { timezone: this.#context.timezone } : {}) };
    const id = meaningHash({ kind: 'availability', ...meaning });
    const text = `availability(${node.path.names.join('.')})${windowText(window)}`;
    if (!this.figures.has(id)) this.figures.set(id, { id, text, ...meaning });
    return {
      formula: { kind: 'availability', figure: id },
      unit: FRACTION,
      by: [],
      atLeast: 0,
      signals: [],
      roots: [],
      windowMs: 0,
      sources: [],
    };
  }

  /** `burn(uptime)`: how many times as fast as its objective allows the signal uses up its error budget. */
  burn(
    node: ast.Aggregate,
    scope: Scope,
    compileOf: (signal: string, place: Span) => CompiledFormula | undefined,
  ): CompiledFormula | undefined {
    const [signal = ''] = node.path.names;
    const place = scope.sentence.place(node.path.span.start, node.path.span.end);
    const of = compileOf(signal, place);
    if (of === undefined) return undefined;
    const targets = budgetTargets(signal, this.#context);
    const shares = targets === undefined ? [] : valuesOf(targets).filter((share) => share !== 'none');
    if (targets === undefined || shares.some((share) => share >= 1)) {
      const message =
        targets === undefined
          ? `\`${signal}\` has no target, so it has no error budget.`
          : `A target of 100% leaves no error budget for \`${signal}\`.`;
      this.#context.report.add('E154', place, message, `Write \`${signal}: target >= 99.9%\` under \`objectives\`.`);
      return undefined;
    }
    const { windowMs = Number.POSITIVE_INFINITY } = scope;
    if (windowMs < MINUTE_MS) {
      const message = 'A burn is judged by a minute of known time at least, and this window has none.';
      this.#context.report.add('E154', scope.windowPlace ?? place, message, 'Write `1m` or longer.');
      return undefined;
    }
    const missed = { kind: 'subtract', left: { kind: 'constant', value: 1 }, right: of.formula } as const;
    return {
      ...of,
      formula: { kind: 'divide', left: missed, right: allowedOf(targets) },
      unit: COUNT,
      atLeast: neededMinutes(of.atLeast, windowMs),
      budgets: [signal],
    };
  }

  #targetsOf({ names }: ast.Path, place: Span): readonly AvailabilityTarget[] | undefined {
    const [name = '', ...rest] = names;
    if (this.#context.defines('probes', name)) {
      const probe = this.#checks.probe(name);
      if (probe === undefined) return undefined;
      const part = rest.join('.');
      if (part === '') return [this.#target(probe)];
      const parts = Object.keys(probe.parts ?? {});
      if (parts.includes(part)) return [this.#target(probe, part)];
      const hint = suggest(part, parts, parts.length === 0 ? 'Name its parts under `parts`.' : undefined);
      this.#context.report.add('E140', place, `The probe \`${name}\` has no part \`${part}\`.`, hint);
      return undefined;
    }
    if (rest.length === 0 && this.#context.defines('services', name)) return this.#ofService(name, place);
    const known = [...this.#context.namesOf('probes'), ...this.#context.namesOf('services')];
    const hint = suggest(name, known, 'Define it under `probes`.');
    this.#context.report.add('E140', place, `There is no probe \`${name}\`, and no service.`, hint);
    return undefined;
  }

  #ofService(service: string, place: Span): readonly AvailabilityTarget[] | undefined {
    const targets = this.#checks.reachabilityOf(service).map(({ probe, part }) => this.#target(probe, part));
    if (targets.length > 0) return targets;
    const message = `Nothing measures whether \`${service}\` can be reached.`;
    this.#context.report.add('E154', place, message, `Give it a probe: \`check: GET …, service: ${service}\`.`);
    return undefined;
  }

  #target(probe: Probe, part?: string): AvailabilityTarget {
    const excluded = maintenanceOf(this.#maintenance, probe, part);
    return {
      probe: probe.name,
      ...(part === undefined ? {} : { part }),
      staleMs: staleAfterMs(probe),
      ...(probe.agree === undefined ? {} : { agree: probe.agree }),
      ...(excluded.length === 0 ? {} : { excluded }),
    };
  }
}

/** What may be missed, in each phase where that differs. */
function allowedOf(targets: ByPhase<number | 'none'>): Formula {
  const { otherwise, phases } = targets;
  if (typeof otherwise === 'number' && Object.values(phases ?? {}).every((share) => share === otherwise)) {
    return { kind: 'constant', value: missable(otherwise) };
  }
  const allowed = (share: number | 'none'): number | 'none' => (share === 'none' ? share : missable(share));
  const values = Object.entries(phases ?? {}).map(([phase, share]) => [phase, allowed(share)] as const);
  return {
    kind: 'by-phase',
    values: {
      ...(otherwise === undefined ? {} : { otherwise: allowed(otherwise) }),
      ...(values.length === 0 ? {} : { phases: Object.fromEntries(values) }),
    },
  };
}

/**
 * The known minutes by which a burn is judged: what its signal asks for, which may be more than the window of the burn has. Half of that is
 * known again soon after a time of which nothing is.
 */
function neededMinutes(asked: number, windowMs: DurationMs): number {
  return Math.max(1, Math.min(asked, Math.floor(windowMs / MINUTE_MS / 2)));
}

function windowOf({ windowMs, calendar }: Scope): AvailabilityWindow | undefined {
  if (calendar !== undefined) return { kind: calendar };
  return windowMs === undefined ? undefined : { kind: 'sliding', ms: windowMs };
}

function windowText(window: AvailabilityWindow): string {
  return window.kind === 'sliding' ? ` over ${formatDuration(window.ms)}` : ` ${window.kind}`;
}
