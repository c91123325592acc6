import type { CompiledPlan, Operator } from '#plan/model.ts';
import { BUILT_IN_SOURCES } from '#plan/shape/built-in-sources.ts';
import { suggest } from '#plan/text/nearest-name.ts';
import type { FieldUnits } from '#signals/predicate.ts';
import { type AssessmentNames, assessmentNames, readAssessment } from './read-assessment.ts';
import { readHeartbeat, readProbe } from './read-check.ts';
import { readFields } from './read-fields.ts';
import { readName } from './read-name.ts';
import { readVouching } from './read-vouching.ts';
import type { Action, AlertState, Expectation, Held } from './scenario.ts';
import { Misread, type TokenReader } from './token-reader.ts';

/** What a step may name: of every plan that the scenario applies. */
export interface Names {
  readonly sources: ReadonlySet<string>;
  /** What a bare number means in the fields of a source, as the plan in force has it. */
  readonly unitsOf: (source: string) => FieldUnits;
  readonly rules: ReadonlySet<string>;
  readonly people: ReadonlySet<string>;
  readonly signals: ReadonlySet<string>;
  readonly probes: ReadonlySet<string>;
  /** Probes that wait for what they send to arrive. */
  readonly confirmed: ReadonlySet<string>;
  /** Parts of probes, as `PROBE.PART`. */
  readonly parts: ReadonlySet<string>;
  readonly heartbeats: ReadonlySet<string>;
  readonly assessments: AssessmentNames;
  readonly reviews: ReadonlySet<string>;
  readonly comparisons: ReadonlySet<string>;
  /** Persons, and addresses as `channel:target`. */
  readonly recipients: ReadonlySet<string>;
}

/** The names of several plans together. */
export function namesOf(plans: readonly CompiledPlan[]): Names {
  const addresses = plans.flatMap((plan) =>
    [...plan.severities.map(({ notify }) => notify), ...plan.rules.map(({ notify }) => notify ?? [])]
      .flat()
      .flatMap((recipient) => (recipient.kind === 'channel' ? [recipient.target] : [])),
  );
  return {
    sources: new Set([...plans.flatMap((plan) => Object.keys(plan.sources)), ...Object.keys(BUILT_IN_SOURCES)]),
    unitsOf: (source) => plans.findLast(({ sources }) => Object.hasOwn(sources, source))?.sources[source]?.units ?? {},
    rules: new Set(plans.flatMap((plan) => plan.rules.map(({ name }) => name))),
    people: new Set(plans.flatMap((plan) => plan.people.map(({ name }) => name))),
    signals: new Set(plans.flatMap((plan) => plan.signals.filter(({ stream }) => !stream).map(({ name }) => name))),
    probes: new Set(plans.flatMap((plan) => (plan.probes ?? []).map(({ name }) => name))),
    confirmed: new Set(
      plans.flatMap(({ probes = [] }) => probes.flatMap(({ name, confirm }) => (confirm === undefined ? [] : [name]))),
    ),
    parts: new Set(
      plans.flatMap((plan) =>
        (plan.probes ?? []).flatMap(({ name, parts = {} }) => Object.keys(parts).map((part) => `${name}.${part}`)),
      ),
    ),
    heartbeats: new Set(plans.flatMap((plan) => (plan.heartbeats ?? []).map(({ name }) => name))),
    assessments: assessmentNames(plans),
    reviews: new Set(plans.flatMap(({ reviews = [] }) => reviews.map(({ name }) => name))),
    comparisons: new Set(plans.flatMap(({ comparisons = [] }) => comparisons.map(({ name }) => name))),
    recipients: new Set([...plans.flatMap((plan) => plan.people.map(({ name }) => name)), ...addresses]),
  };
}

const FORMS =
  '`load`, `send`, `stop`, `probe`, `heartbeat`, `acknowledge`, `silence`, `unsilence`, `silence intake for`, `apply` or `expect`, or what a person `judges`, `settles`, `compares` or `marks`';

/** Reads one step; `applied` gives the plan of an `apply`. Throws `Misread`. */
export function readStep(reader: TokenReader, names: Names, applied: (path: string) => CompiledPlan): Action {
  const action = readAction(reader, names, applied);
  reader.end();
  return action;
}

function readAction(reader: TokenReader, names: Names, applied: (path: string) => CompiledPlan): Action {
  if (reader.takes('load')) return readLoad(reader, names);
  if (reader.takes('send')) return readSend(reader, names);
  if (reader.takes('stop')) return { kind: 'stop', name: reader.word('the name of a load, or `all`').text };
  if (reader.takes('probe')) return readProbe(reader, names);
  if (reader.takes('heartbeat')) return readHeartbeat(reader, names);
  if (reader.takes('silence', 'intake')) {
    reader.expects('for');
    return { kind: 'silence', ms: reader.number('a duration', 'time').value };
  }
  if (reader.takes('silence')) return readSilence(reader, names);
  if (reader.takes('acknowledge')) {
    const rule = readName(reader, names.rules, 'rule');
    return { kind: 'acknowledge', rule, ...readGroup(reader), by: readPerson(reader, names) };
  }
  if (reader.takes('unsilence')) {
    const rule = reader.takes('all') ? {} : { rule: readName(reader, names.rules, 'rule') };
    return { kind: 'unsilence', ...rule, by: readPerson(reader, names) };
  }
  if (reader.takes('apply')) {
    const token = reader.next;
    const path = reader.rest();
    if (path === '') throw reader.misread('the path of a plan');
    try {
      return { kind: 'apply', path, plan: applied(path) };
    } catch (caught) {
      if (!(caught instanceof Error)) throw caught;
      throw new Misread(caught.message, reader.spanOf(token), undefined, 'E304');
    }
  }
  if (reader.takes('expect')) return { kind: 'expect', expectation: readExpectation(reader, names) };
  const vouched = readVouching(reader, names);
  if (vouched !== undefined) return vouched;
  throw reader.misread(FORMS);
}

/** `silence RULE for 1h because "…" by mia`, or `silence all for …`. */
function readSilence(reader: TokenReader, names: Names): Action {
  const rule = reader.takes('all') ? {} : { rule: readName(reader, names.rules, 'rule'), ...readGroup(reader) };
  reader.expects('for');
  const duration = reader.number('a duration', 'time');
  if (duration.value <= 0) throw new Misread('A silence lasts for more than nothing.', reader.spanOf(duration));
  reader.expects('because');
  const because = reader.text('the reason in quotation marks').text;
  return { kind: 'silence-rule', ...rule, ms: duration.value, because, by: readPerson(reader, names) };
}

function readPerson(reader: TokenReader, names: Names): string {
  reader.expects('by');
  return readName(reader, names.people, 'person');
}

function readLoad(reader: TokenReader, names: Names): Action {
  const source = readName(reader, names.sources, 'source');
  const name = reader.takes('as') ? reader.word('a name').text : source;
  reader.expects('at');
  const rate = reader.number('a rate, such as `20/s`', 'rate');
  if (rate.value <= 0) throw new Misread('A rate is above zero.', reader.spanOf(rate), 'End a load with `stop`.');
  const random = reader.takes('at', 'random');
  return {
    kind: 'load',
    name,
    source,
    everyMs: 1_000 / rate.value,
    random,
    fields: readFields(reader, names.unitsOf(source)),
  };
}

function readSend(reader: TokenReader, names: Names): Action {
  const count = reader.next?.kind === 'number' ? reader.number('how many', '').value : 1;
  const source = readName(reader, names.sources, 'source');
  const overMs = reader.takes('over') ? reader.number('a duration', 'time').value : 0;
  return { kind: 'send', source, count: Math.floor(count), overMs, fields: readFields(reader, names.unitsOf(source)) };
}

function readExpectation(reader: TokenReader, names: Names): Expectation {
  if (reader.takes('alert')) return readAlert(reader, names);
  if (reader.takes('assessment')) return readAssessment(reader, names.assessments);
  if (reader.takes('no', 'page')) return { kind: 'no-page', ...readPage(reader, names, 'for') };
  if (reader.takes('page')) return { kind: 'page', ...readPage(reader, names, 'within') };
  if (reader.takes('all-clear')) return { kind: 'all-clear', ...readPage(reader, names, 'within') };
  if (reader.takes('refusal')) {
    const rule = readName(reader, names.rules, 'rule');
    reader.expects('because');
    return { kind: 'refusal', rule, reason: reader.word('a reason, such as `inhibited`').text };
  }
  if (reader.next?.kind !== 'word' || !names.signals.has(reader.next.text)) {
    const hint = reader.next === undefined ? undefined : suggest(reader.next.text, names.signals);
    throw reader.misread(
      '`alert`, `page`, `no page`, `all-clear`, `refusal`, `assessment` or the name of a signal',
      hint,
    );
  }
  const signal = reader.word('a signal').text;
  const group = readGroup(reader);
  return { kind: 'reading', signal, ...group, held: readHeld(reader) };
}

const STATES = '`pending`, `firing`, `resolving`, `resolved`, `acknowledged`, `silenced` or `none`';

function readAlert(reader: TokenReader, names: Names): Expectation {
  const rule = readName(reader, names.rules, 'rule');
  const state = reader.word(STATES);
  if (!isState(state.text)) {
    throw new Misread(`\`${state.text}\` is no state of an alert.`, reader.spanOf(state), `Write ${STATES}.`);
  }
  return { kind: 'alert', rule, state: state.text, ...readGroup(reader) };
}

function isState(text: string): text is AlertState {
  return ['pending', 'firing', 'resolving', 'resolved', 'none', 'acknowledged', 'silenced'].includes(text);
}

function readPage(
  reader: TokenReader,
  names: Names,
  time: 'within' | 'for',
): { recipient?: string; channel?: string; rule?: string; withinMs?: number } {
  const found: { recipient?: string; channel?: string; rule?: string; withinMs?: number } = {};
  const next = reader.next;
  if (next?.kind === 'word' && !['by', time, 'because'].includes(next.text)) {
    found.recipient = readName(reader, names.recipients, 'recipient');
  }
  if (reader.takes('by')) found.channel = reader.word('the name of a channel').text;
  if (reader.takes(time)) found.withinMs = reader.number('a duration', 'time').value;
  if (reader.takes('because')) found.rule = readName(reader, names.rules, 'rule');
  return found;
}

function readHeld(reader: TokenReader): Held {
  if (reader.takes('between')) {
    const low = reader.number('a number');
    reader.expects('and');
    return { kind: 'between', low: low.value, high: reader.number('a number', low.measured).value };
  }
  if (reader.takes('is', 'no', 'data')) return { kind: 'state', state: 'no data' };
  if (reader.takes('is', 'too', 'few')) return { kind: 'state', state: 'too few' };
  const operator = reader.operator('a comparison, `between`, `is no data` or `is too few`');
  return { kind: 'compare', operator: operator.text as Operator, value: reader.number('a number').value };
}

/** `in "/orders"`, or several values in the order of the fields' names: `in "/orders", "500"`. */
function readGroup(reader: TokenReader): { group?: readonly string[] } {
  if (!reader.takes('in')) return {};
  const group = [reader.text('the value of a group in quotation marks').text];
  while (reader.comma()) group.push(reader.text('the value of a group in quotation marks').text);
  return { group };
}
