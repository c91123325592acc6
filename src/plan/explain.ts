import { formatThreshold } from '#kernel/format-figure.ts';
import { DAY_MS, type DurationMs, formatDuration, formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { isArithmetic } from './arithmetic.ts';
import type { AvailabilityWindow } from './availability-figure.ts';
import { valuesOf } from './compile/by-phase.ts';
import { ANY_WINDOW_MS } from './compile/condition-facts.ts';
import { isDecidedByPeople } from './compile/vouching.ts';
import { webhookEvent } from './compile/webhook-kinds.ts';
import type { Compilation } from './compile.ts';
import { budgetTermsOf, errorBudget, missable } from './error-budget.ts';
import { assessmentRows, heartbeatRows, probeRows } from './explain-probes.ts';
import { serviceRows } from './explain-services.ts';
import { comparisonRows, reviewRows } from './explain-vouching.ts';
import type { Bands, BandTest, ByPhase, CompiledPlan, Formula, Measure, PhaseSpan, Rule, Unit } from './model.ts';
import type { Recipient } from './people.ts';
import { absoluteSpan } from './phases.ts';
import type { Webhook } from './webhook.ts';
import { windowStepMs } from './window-step.ts';

/** What a plan says once each default is filled in, line by line; `(default)` marks what the author did not write. */
export function explainPlan(compilation: Compilation): string {
  const { plan } = compilation;
  if (plan === undefined) return '';
  const written = new Set(compilation.outline.map(({ section }) => section));
  const isDefault = (section: string) => (written.has(section) ? '' : '  (default)');
  const lines = [
    `plan: ${plan.name}`,
    `title: ${plan.title}${isDefault('title')}`,
    `timezone: ${plan.timezone}${isDefault('timezone')}`,
    `launch: ${plan.launch === undefined ? `on command${isDefault('launch')}` : launchText(plan.launch, plan.timezone)}`,
  ];
  const section = (name: string, rows: readonly (readonly string[])[]) => {
    if (rows.length === 0) return;
    lines.push(`${name}:`);
    for (const [head = '', ...rest] of rows) lines.push(`  ${head}`, ...rest.map((row) => `    ${row}`));
  };
  section(
    'phases',
    plan.phases.map(({ name, span }) => [`${name}: ${spanText(span)}`]),
  );
  section(
    'roles',
    Object.entries(plan.roles).map(([name, persons]) => [`${name}: ${persons.join(', ')}`]),
  );
  section('channels', [
    ...plan.channels.map(({ name, kind, implied }) => [
      implied === true ? `${name}: the mail account of the installation  (default)` : `${name}: ${kind}`,
    ]),
    ['app: the inbox of each person  (default)'],
  ]);
  section(
    'severities',
    plan.severities.map((severity) => [
      `${severity.name}${severity.also === undefined ? '' : `, also ${severity.also}`}`,
      `tells: ${recipientsText(severity.notify)}`,
      ...(severity.respondMs === undefined ? [] : [`respond within: ${formatDuration(severity.respondMs)}`]),
    ]),
  );
  section('services', serviceRows(plan));
  section(
    'webhooks',
    (plan.webhooks ?? []).map((webhook) => [
      `${webhook.name}: ${webhook.kind}, at POST /v1/webhooks/${plan.name}/${webhook.name}`,
      `secret: ${webhook.secret}`,
      `events: "${webhook.kind === 'json' ? webhook.event : webhookEvent(webhook.name)}"${isEventWritten(webhook) ? '' : '  (default)'}`,
    ]),
  );
  section(
    'sources',
    Object.values(plan.sources).map((source) => [
      `${source.name}: ${source.samples === true ? 'samples' : 'events'} "${source.event}"`,
      ...(source.oncePer === undefined
        ? []
        : [`once per: ${source.oncePer}, the first within ${formatDuration(limits.oncePerMs)}  (default)`]),
      `late events count for: ${formatDuration(limits.lateMs)}  (default)`,
    ]),
  );
  section('probes', probeRows(plan));
  section('heartbeats', heartbeatRows(plan));
  section('reviews', reviewRows(plan));
  section('comparisons', comparisonRows(plan));
  section(
    'maintenance',
    (plan.maintenance ?? []).map(({ name, text, of }) => [`${name}: ${text}`, `of: ${of.join(', ')}`]),
  );
  section(
    'signals',
    plan.signals.map((signal) => [
      `${signal.name}: ${signal.text}`,
      `window: ${windowsText(plan, signal.formula)}`,
      `at least: ${signal.atLeast}${/at least/.test(signal.text) ? '' : '  (default)'}`,
      `unit: ${signal.unit.shown === '' ? 'a plain number' : signal.unit.shown}`,
      ...(signal.by.length === 0
        ? []
        : [`by: ${signal.by.join(', ')}, at most ${limits.groupsPerSignal} groups  (default)`]),
    ]),
  );
  section(
    'objectives',
    plan.objectives.map((objective) => [
      `${objective.signal}: ${bandsText(objective.bands, unitOf(plan, objective.signal))}`,
      ...budgetRows(plan, objective.signal),
      ...(objective.owner === undefined ? [] : [`owner: ${objective.owner}`]),
    ]),
  );
  section(
    'rules',
    plan.rules.map((rule) => ruleRows(plan, rule)),
  );
  section('assessments', assessmentRows(plan));
  return `${lines.join('\n')}\n`;
}

function ruleRows(plan: CompiledPlan, rule: Rule): readonly string[] {
  const recipients = rule.notify ?? plan.severities.find(({ name }) => name === rule.severity.otherwise)?.notify;
  const varies = rule.notify === undefined && rule.severity.phases !== undefined;
  const whoDefault = rule.notify === undefined ? '  (from the severity)' : '';
  const isAny = /\bany\s(?!.*\sin\s\d)/.test(rule.text);
  return [
    `${rule.name}: when ${rule.text}`,
    `severity: ${byPhaseText(rule.severity, (name) => name)}`,
    `tells: ${varies ? 'as the severity of the phase says' : recipientsText(recipients ?? [])}${whoDefault}`,
    `resolved after: ${resolveText(rule)}`,
    ...(isAny ? [`any, without a time: in ${formatDuration(ANY_WINDOW_MS)}  (default)`] : []),
    `repeated every: ${formatDuration(rule.repeatMs)}  (default)`,
    `flapping: the third time within ${formatDuration(limits.flapWindowMs)} folds  (default)`,
    ...(rule.unless === undefined ? [] : [`silent while: ${rule.unless} fires`]),
    ...(rule.needs ?? []).map(({ service, rules }) => `silent while down: ${service} (${rules.join(', ')})`),
    ...(rule.family === undefined ? [] : [`family: ${rule.family}; only the most severe that fires is told`]),
    ...(rule.enabled ? [] : ['enabled: false']),
  ];
}

/** T+0 as people of the plan read it. */
function launchText(launch: Instant, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(launch).toZonedDateTimeISO(timezone).toPlainDateTime();
  return `${local.toString({ smallestUnit: 'minute' }).replace('T', ' ')} in ${timezone}`;
}

function resolveText(rule: Rule): string {
  if (rule.until !== undefined) return 'its `until`';
  if (rule.resolveAfterMs > 0) return `${formatDuration(rule.resolveAfterMs)} false  (default)`;
  const when = valuesOf(rule.when).every(isDecidedByPeople)
    ? 'what people say makes it false'
    : 'the last one leaves the window';
  return `at once when ${when}  (default)`;
}

function byPhaseText<Value>(byPhase: ByPhase<Value>, text: (value: Value) => string): string {
  const own = Object.entries(byPhase.phases ?? {}).map(([phase, value]) => `${phase}: ${text(value)}`);
  if (own.length === 0) return valuesOf(byPhase).map(text).join();
  const rest = byPhase.otherwise === undefined ? 'asleep' : text(byPhase.otherwise);
  return [...own, `otherwise: ${rest}`].join('; ');
}

function recipientsText(recipients: readonly Recipient[]): string {
  if (recipients.length === 0) return 'nobody';
  return recipients
    .map((recipient) => {
      if (recipient.kind === 'channel') return recipient.target;
      const via = recipient.via === undefined ? '' : ` (${recipient.via})`;
      return `${recipient.person}${via} by ${recipient.channels.join(' and ')}`;
    })
    .join(', ');
}

function spanText(span: PhaseSpan): string {
  switch (span.kind) {
    case 'offsets': {
      const end = span.toMs === undefined ? 'on' : `to T+${formatDuration(span.toMs)}`;
      return `from T+${span.fromMs === 0 ? '0' : formatDuration(span.fromMs)} ${end}`;
    }
    case 'days':
      return span.to === undefined ? `from day ${span.from} on` : `days ${span.from} to ${span.to}`;
    case 'instants':
      return `from ${formatInstant(span.from)} to ${formatInstant(span.to)}`;
  }
}

function windowsText(plan: CompiledPlan, formula: Formula): string {
  const windows = new Set<string>();
  const visit = (node: Formula): void => {
    if (node.kind === 'measure') {
      const measure = plan.measures[node.measure];
      if (measure === undefined) return;
      const { ms } = measure.window;
      windows.add(
        `the last ${formatDuration(ms)}, moving by ${formatDuration(windowStepMs(measure))}${waitText(measure)}`,
      );
    } else if (node.kind === 'availability') {
      const figure = plan.availabilities?.[node.figure];
      if (figure !== undefined) windows.add(availabilityWindowText(figure.window));
    } else if (isArithmetic(node)) {
      visit(node.left);
      visit(node.right);
    }
  };
  visit(formula);
  return [...windows].join(' and ');
}

/** Of `missing`, how long a value may wait for its partner, and how long before it that may come. */
function waitText({ graceMs, window }: Measure): string {
  if (graceMs === undefined) return '';
  return `, after a wait of ${formatDuration(graceMs)}; a partner is forgotten after ${formatDuration(window.ms + limits.partnerBeforeMs)}`;
}

/** What the targets of an availability leave room for, by phase where they differ. */
function budgetRows(plan: CompiledPlan, signal: string): readonly string[] {
  const phases = [undefined, ...plan.phases.map(({ name }) => name)];
  const rooms = phases.flatMap((phase) => {
    const terms = budgetTermsOf(plan, signal, phase);
    if (terms === undefined) return [];
    const { window, target } = terms;
    const share = formatThreshold(missable(target), '%');
    if (window.kind === 'since launch') return [`${share} of the time since launch`];
    const isOfPhase = window.kind === 'this phase';
    if (isOfPhase && phase === undefined) return [];
    const windowMs = isOfPhase ? lengthOfPhase(plan, phase) : window.kind === 'sliding' ? window.ms : DAY_MS;
    const whole = isOfPhase ? `of ${phase}` : '';
    if (windowMs === undefined) return [`${share} ${whole}`];
    const { allowedMs } = errorBudget(target, { windowMs, knownMs: 0, value: 1 });
    return [`${formatDuration(allowedMs)} of ${formatDuration(windowMs)}${isOfPhase ? ` ${whole}` : ''}`];
  });
  return rooms.length === 0 ? [] : [`error budget: ${[...new Set(rooms)].join(' or ')}`];
}

/** Undefined for one without an end, and for days of a plan whose T+0 is not known. */
function lengthOfPhase(plan: CompiledPlan, phase: string | undefined): DurationMs | undefined {
  const span = plan.phases.find(({ name }) => name === phase)?.span;
  if (span === undefined || (span.kind === 'days' && plan.launch === undefined)) return undefined;
  const { from, to } = absoluteSpan(span, plan.launch ?? 0, plan.timezone);
  return to === undefined ? undefined : to - from;
}

function availabilityWindowText(window: AvailabilityWindow): string {
  if (window.kind === 'sliding') return `the known time of the last ${formatDuration(window.ms)}`;
  if (window.kind === 'this phase') return 'the known time of the phase in force';
  return window.kind === 'today' ? 'the known time of today' : 'the known time since launch';
}

function unitOf(plan: CompiledPlan, signal: string): Unit {
  return plan.signals.find(({ name }) => name === signal)?.unit ?? { base: 'count', shown: '' };
}

function bandsText(bands: ByPhase<Bands>, unit: Unit): string {
  return byPhaseText(bands, (inForce) =>
    (['target', 'warning', 'critical'] as const)
      .flatMap((level) => {
        const band = inForce[level];
        return band === undefined ? [] : [`${level} ${band === 'unset' ? 'unset' : bandText(band, unit)}`];
      })
      .join(', '),
  );
}

function bandText(band: BandTest, unit: Unit): string {
  if (band.operator === 'between')
    return `between ${formatThreshold(band.low, unit.shown)} and ${formatThreshold(band.high, unit.shown)}`;
  return `${band.operator} ${formatThreshold(band.value, unit.shown)}`;
}

function isEventWritten(webhook: Webhook): boolean {
  return webhook.kind === 'json' && webhook.event !== webhookEvent(webhook.name);
}
