import { explainRule } from '#core/explain.ts';
import { explanationLines, groupText, readingText } from '#core/explain-text.ts';
import type { Fact } from '#core/model.ts';
import type { NotificationIntent } from '#core/notification.ts';
import { silencesOf } from '#core/silences.ts';
import type { Instant } from '#kernel/instant.ts';
import { compare } from '#plan/compare.ts';
import type { Reading } from '#plan/reading.ts';
import type { Expectation, Held, ScenarioStep } from './scenario.ts';
import type { Stage } from './stage.ts';
import { offsetText } from './timeline.ts';
import { verdictProblem } from './verdict-problem.ts';

/** An expectation that has come true or not, with what happened instead. */
export interface Verified {
  readonly step: ScenarioStep;
  readonly at: Instant;
  readonly passed: boolean;
  readonly instead: readonly string[];
}

type Message = Extract<Expectation, { kind: 'page' | 'all-clear' | 'no-page' }>;

/** Something that is awaited until a deadline. */
interface Awaited {
  readonly step: ScenarioStep;
  readonly expectation: Message;
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * Holds expectations against what happens. Each message satisfies at most one expectation; the others of the same telling (the same
 * step of an alert, to other people) are then no surprise to a `no page` that names nobody.
 */
export class Expectations {
  private readonly stage: () => Stage;
  private readonly launch: Instant;
  private readonly verified: (result: Verified) => void;
  private awaited: Awaited[] = [];
  private readonly unclaimed: NotificationIntent[] = [];
  private readonly refusals: Fact[] = [];
  /** Tellings of which a message was expected. */
  private readonly expected: Set<string> = new Set();

  constructor(stage: () => Stage, launch: Instant, verified: (result: Verified) => void) {
    this.stage = stage;
    this.launch = launch;
    this.verified = verified;
  }

  /** The next instant at which an expectation runs out. */
  get dueAt(): Instant | undefined {
    let due: Instant | undefined;
    for (const { until } of this.awaited) if (due === undefined || until < due) due = until;
    return due;
  }

  noticeFact(fact: Fact): void {
    if (fact.kind === 'not-notified') this.refusals.push(fact);
  }

  noticeMessage(message: NotificationIntent): void {
    const waiting = this.awaited.find(
      ({ expectation, until }) => message.createdAt <= until && this.matches(expectation, message),
    );
    if (waiting === undefined) {
      this.unclaimed.push(message);
      return;
    }
    this.awaited = this.awaited.filter((one) => one !== waiting);
    const passed = waiting.expectation.kind !== 'no-page';
    if (passed) this.expected.add(tellingOf(message));
    else this.unclaimed.push(message);
    const instead = passed ? [] : [`told: ${this.messageText(message)}`];
    this.verified({ step: waiting.step, at: message.createdAt, passed, instead });
  }

  /** A step that expects something; `now` is its instant. */
  expect(step: ScenarioStep, expectation: Expectation, now: Instant): void {
    switch (expectation.kind) {
      case 'alert':
        this.judge(step, now, this.alertProblem(expectation));
        return;
      case 'reading':
        this.judge(step, now, this.readingProblem(expectation));
        return;
      case 'assessment':
        this.judge(step, now, verdictProblem(expectation, this.stage(), this.launch));
        return;
      case 'refusal': {
        const own = this.refusals.filter((fact) => fact.body.rule === expectation.rule);
        const found = own.some((fact) => fact.reason === expectation.reason);
        this.judge(step, now, found ? undefined : this.refusalText(expectation.rule, own));
        return;
      }
      default:
        this.expectMessage(step, expectation, now);
    }
  }

  /** A step of a person that found nothing to act on. */
  inVain(step: ScenarioStep, rule: string | undefined, now: Instant): void {
    const standing = rule === undefined ? [] : this.ruleText(rule);
    this.judge(step, now, ['there is nothing of it to act on', ...standing]);
  }

  /** A step of a person, which fails when it was refused. */
  came(step: ScenarioStep, problem: string | undefined, now: Instant): void {
    if (problem !== undefined) this.judge(step, now, [problem]);
  }

  /** Ends what has waited until now; at the end of the scenario, whatever still waits. */
  runOut(now: Instant, everything = false): void {
    const over = this.awaited.filter(({ until }) => until <= now || everything);
    this.awaited = this.awaited.filter((one) => !over.includes(one));
    for (const { step, expectation, from } of over) {
      const passed = expectation.kind === 'no-page';
      this.verified({ step, at: now, passed, instead: passed ? [] : this.messagesSince(expectation, from) });
    }
  }

  private expectMessage(step: ScenarioStep, expectation: Message, now: Instant): void {
    const from = expectation.withinMs === undefined ? Number.NEGATIVE_INFINITY : now;
    const found = this.unclaimed.find((message) => message.createdAt >= from && this.matches(expectation, message));
    if (found !== undefined) {
      const passed = expectation.kind !== 'no-page';
      if (passed) {
        this.unclaimed.splice(this.unclaimed.indexOf(found), 1);
        this.expected.add(tellingOf(found));
      }
      this.judge(step, now, passed ? undefined : [`told: ${this.messageText(found)}`]);
    } else if (expectation.withinMs === undefined) {
      this.judge(step, now, expectation.kind === 'no-page' ? undefined : this.messagesSince(expectation, from));
    } else {
      this.awaited.push({ step, expectation, from: now, until: now + expectation.withinMs });
    }
  }

  private matches(expectation: Message, message: NotificationIntent): boolean {
    if (!isMeant(expectation, message)) return false;
    const named = expectation.kind !== 'no-page' || expectation.recipient !== undefined;
    return named || !this.expected.has(tellingOf(message));
  }

  private judge(step: ScenarioStep, at: Instant, problem: readonly string[] | undefined): void {
    this.verified({ step, at, passed: problem === undefined, instead: problem ?? [] });
  }

  private alertProblem(expected: Extract<Expectation, { kind: 'alert' }>): readonly string[] | undefined {
    const { world, alerts } = this.stage();
    const concerns = (one: { rule: string; group: string }): boolean =>
      one.rule === expected.rule && (expected.group === undefined || one.group === JSON.stringify(expected.group));
    const standing = [...world.judgements.values()].filter(concerns);
    const open = standing.some(({ alert }) => alert !== undefined);
    const holds =
      expected.state === 'none'
        ? standing.length === 0
        : expected.state === 'resolved'
          ? !open && [...alerts.values()].some(concerns)
          : expected.state === 'acknowledged'
            ? standing.some(({ alert }) => alert !== undefined && world.alerts.get(alert)?.acknowledged !== undefined)
            : expected.state === 'silenced'
              ? standing.some((one) => one.alert !== undefined && silencesOf(world, one).length > 0)
              : standing.some(({ state }) => state === expected.state);
    return holds ? undefined : this.ruleText(expected.rule);
  }

  private readingProblem(expected: Extract<Expectation, { kind: 'reading' }>): readonly string[] | undefined {
    const stage = this.stage();
    const signal = stage.world.plan.signals.find(({ name }) => name === expected.signal);
    const readings = stage
      .readings()
      .filter((one) => one.signal === expected.signal)
      .filter((one) => expected.group === undefined || one.group === JSON.stringify(expected.group));
    if (readings.some(({ reading }) => holdsFor(expected.held, reading))) return undefined;
    if (readings.length === 0) return [`${expected.signal}: there is no such group`];
    const unit = signal?.unit.shown ?? '';
    return readings.map(({ group, reading }) => `${expected.signal}${groupText(group)}: ${readingText(reading, unit)}`);
  }

  private messagesSince(expectation: Message, from: Instant): readonly string[] {
    const others = this.unclaimed.filter(({ createdAt }) => createdAt >= from);
    // `within` counts from the step on; a message that was a moment too early is the likely reason.
    const early = this.unclaimed.filter((message) => message.createdAt < from && isMeant(expectation, message)).at(-1);
    const lines = [
      ...(early === undefined ? [] : [`told before this step: ${this.messageText(early)}`]),
      ...others.slice(-3).map((message) => `told: ${this.messageText(message)}`),
    ];
    if (expectation.rule === undefined) return lines.length === 0 ? ['nobody was told anything'] : lines;
    const own = this.refusals.filter((fact) => fact.body.rule === expectation.rule && fact.at >= from);
    return [...lines, ...this.refusalText(expectation.rule, own)];
  }

  private refusalText(rule: string, refusals: readonly Fact[]): readonly string[] {
    const lines = refusals
      .slice(-3)
      .map((fact) => `not told: ${offsetText(fact.at, this.launch)} ${fact.subject} ${rule}: ${fact.reason}`);
    return [...lines, ...this.ruleText(rule)];
  }

  private ruleText(rule: string): readonly string[] {
    const { world, judgedUntil } = this.stage();
    const explanation = explainRule(world, rule, judgedUntil);
    if (explanation === undefined) return [`the plan has no rule ${rule} any more`];
    return explanationLines(explanation, (at) => offsetText(at, this.launch));
  }

  private messageText({ createdAt, identity, rule }: NotificationIntent): string {
    const { episode, recipient, channel, step } = identity;
    return `${offsetText(createdAt, this.launch)} ${recipient} by ${channel} because ${rule} (${episode} ${step})`;
  }
}

function tellingOf({ identity: { episode, step, cycle } }: NotificationIntent): string {
  return `${episode} ${step} ${cycle}`;
}

function isMeant(expected: Message, message: NotificationIntent): boolean {
  const { recipient, channel, step } = message.identity;
  return (
    (expected.kind === 'all-clear') === (step === 'resolved') &&
    (expected.recipient === undefined || expected.recipient === recipient) &&
    (expected.channel === undefined || expected.channel === channel) &&
    (expected.rule === undefined || expected.rule === message.rule)
  );
}

function holdsFor(held: Held, reading: Reading): boolean {
  if (held.kind === 'state') return reading.state === held.state;
  if (reading.state !== 'value') return false;
  if (held.kind === 'between') return reading.value >= held.low && reading.value <= held.high;
  return compare(reading.value, held.operator, held.value);
}
