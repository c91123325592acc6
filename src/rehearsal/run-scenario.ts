import type { NotificationIntent } from '#core/notification.ts';
import { type Instant, parseInstant } from '#kernel/instant.ts';
import { compilePlan, type NotExecuted, type PlanFile } from '#plan/compile.ts';
import type { Diagnostic } from '#plan/diagnostic.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { Expectations, type Verified } from './expectations.ts';
import { type AppliedPlan, readScenario } from './read-scenario.ts';
import { Recorder, type Recording } from './recording.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import { seededRandom } from './seeded-random.ts';
import { Stage } from './stage.ts';
import { factLines, offsetText } from './timeline.ts';

/** T+0 of a plan that is launched on command. */
const COMMANDED_LAUNCH: Instant = parseInstant('2026-01-01T00:00:00Z') ?? 0;

export interface ScenarioInput {
  readonly planFiles: readonly PlanFile[];
  readonly scenario: { readonly path: string; readonly text: string };
  /** The files of a plan that an `apply` step names, by its path as written there; undefined when there is none. */
  readonly readFile: (path: string) => readonly PlanFile[] | undefined;
  /** With it the result has a recording; called now and then with the time that is reached, from T+0. */
  readonly record?: (progress: {
    readonly reachedMs: number;
    readonly fromMs: number;
    readonly untilMs: number;
  }) => void;
}

export interface ScenarioResult {
  /** `invalid` when plan or scenario have errors: then nothing was played. */
  readonly state: 'passed' | 'failed' | 'invalid';
  /** Findings on the plan and the scenario; warnings too. */
  readonly diagnostics: readonly Diagnostic[];
  /** What happened, line by line, with the result at its end: the same for the same texts, for ever. */
  readonly timeline: string;
  readonly failures: readonly ScenarioFailure[];
  readonly expectations: number;
  readonly events: number;
  readonly notifications: readonly NotificationIntent[];
  /** Parts of the plan that were understood but not played, because nothing executes them yet. */
  readonly notExecuted: readonly NotExecuted[];
  /** When it was asked for, and something was played. */
  readonly recording?: Recording;
}

export interface ScenarioFailure {
  /** `file:line:col` of the step. */
  readonly place: string;
  /** The step as written. */
  readonly step: string;
  readonly at: Instant;
  /** What happened instead. */
  readonly instead: readonly string[];
}

/** Plays a scenario of a plan: the real core and signals on a virtual clock. No I/O: texts come in, text goes out. */
export function runScenario(input: ScenarioInput): ScenarioResult {
  const compiled = compilePlan(input.planFiles);
  if (compiled.plan === undefined) return invalid(compiled.diagnostics, compiled.notExecuted);
  const launch = compiled.plan.launch ?? COMMANDED_LAUNCH;
  const plan: CompiledPlan = { ...compiled.plan, launch };
  const read = readScenario(input.scenario, plan, planReader(input, launch));
  const diagnostics = [...compiled.diagnostics, ...read.diagnostics];
  if (read.scenario === undefined) return invalid(diagnostics, compiled.notExecuted);
  const played = play(plan, launch, read.scenario, compiled.notExecuted, input.record);
  return { ...played, diagnostics, notExecuted: compiled.notExecuted };
}

function invalid(diagnostics: readonly Diagnostic[], notExecuted: readonly NotExecuted[]): ScenarioResult {
  return {
    state: 'invalid',
    diagnostics,
    timeline: '',
    failures: [],
    expectations: 0,
    events: 0,
    notifications: [],
    notExecuted,
  };
}

function planReader(input: ScenarioInput, launch: Instant): AppliedPlan {
  return (path) => {
    const files = input.readFile(path);
    if (files === undefined) return { ok: false, problem: `There is no plan at \`${path}\`.` };
    const { plan, diagnostics } = compilePlan(files);
    if (plan !== undefined) return { ok: true, plan: { ...plan, launch: plan.launch ?? launch } };
    const first = diagnostics.find(({ severity }) => severity === 'error');
    const where = first === undefined ? path : `${first.path}:${first.line}:${first.column}`;
    return { ok: false, problem: `The plan at \`${path}\` has errors, the first at ${where}: ${first?.message ?? ''}` };
  };
}

function play(
  plan: CompiledPlan,
  launch: Instant,
  scenario: Scenario,
  notExecuted: readonly NotExecuted[],
  record: ScenarioInput['record'],
): Omit<ScenarioResult, 'diagnostics' | 'notExecuted'> {
  const lines: string[] = [`scenario: ${scenario.name}`, `plan: ${plan.title}, seed ${scenario.seed}`];
  for (const { path, line, what } of notExecuted) lines.push(`not executed yet: ${what} (${path}:${line})`);
  lines.push('');
  const notifications: NotificationIntent[] = [];
  const results: Verified[] = [];
  const note = (at: Instant, sign: string, text: string): void => {
    // A step may have several lines.
    lines.push(`${offsetText(at, launch)} ${sign} ${text.replaceAll('\n', `\n${' '.repeat(17)}`)}`);
  };

  const recorder =
    record === undefined
      ? undefined
      : new Recorder(scenario, launch, (reachedMs) =>
          record({ reachedMs, fromMs: scenario.startMs, untilMs: scenario.untilMs }),
        );
  let stage: Stage | undefined;
  const expectations = new Expectations(
    () => stage as Stage,
    launch,
    (result) => {
      results.push(result);
      note(result.at, result.passed ? 'ok    ' : 'FAILED', result.step.text);
      for (const line of result.instead) lines.push(`${' '.repeat(17)}instead: ${line}`);
    },
  );
  stage = new Stage(plan, launch + scenario.startMs, seededRandom(scenario.seed), {
    fact: (fact) => {
      lines.push(...factLines(fact, launch));
      recorder?.fact(fact);
      expectations.noticeFact(fact);
    },
    notification: (notification) => {
      notifications.push(notification);
      recorder?.message(notification);
      expectations.noticeMessage(notification);
    },
    moved: () => {
      if (stage !== undefined) recorder?.moved(stage);
    },
  });
  recorder?.moved(stage);

  for (const step of scenario.steps) {
    advance(stage, expectations, launch + step.atMs);
    if (step.action.kind !== 'expect') note(stage.now, '>', step.text);
    act(stage, expectations, step);
  }
  advance(stage, expectations, launch + scenario.untilMs);
  expectations.runOut(stage.now, true);

  const failures = results
    .filter(({ passed }) => !passed)
    .map(({ step, at, instead }) => ({ place: step.place, step: step.text, at, instead }));
  lines.push('', summary(results.length, failures.length, notifications.length, stage.events));
  return {
    state: failures.length === 0 ? 'passed' : 'failed',
    timeline: `${lines.join('\n')}\n`,
    failures,
    expectations: results.length,
    events: stage.events,
    notifications,
    ...(recorder === undefined ? {} : { recording: recorder.recording(stage, results) }),
  };
}

/** Lets time pass, stopping where an expectation runs out. */
function advance(stage: Stage, expectations: Expectations, target: Instant): void {
  for (;;) {
    const due = expectations.dueAt;
    if (due === undefined || due >= target) break;
    stage.advance(due);
    expectations.runOut(due);
  }
  // What runs out at the target itself is looked at after the steps of that instant: what they cause is still in time.
  stage.advance(target);
}

function act(stage: Stage, expectations: Expectations, step: ScenarioStep): void {
  const { action } = step;
  switch (action.kind) {
    case 'load':
      stage.load(action.name, action.source, action.everyMs, action.random, action.fields);
      return;
    case 'send':
      stage.send(action.source, action.count, action.overMs, action.fields);
      return;
    case 'stop':
      stage.stop(action.name);
      return;
    case 'silence':
      stage.silence(action.ms);
      return;
    case 'probe':
      stage.probe(action.probe, action.answer, action.part);
      return;
    case 'heartbeat':
      stage.heartbeat(action.heartbeat, action.doing);
      return;
    case 'acknowledge':
      if (!stage.acknowledge(action.rule, action.group, action.by)) expectations.inVain(step, action.rule, stage.now);
      return;
    case 'silence-rule':
      stage.silenceRule(action);
      return;
    case 'unsilence':
      if (!stage.unsilence(action.rule, action.by)) expectations.inVain(step, action.rule, stage.now);
      return;
    case 'judge':
      expectations.came(step, stage.judge(action), stage.now);
      return;
    case 'compare':
      expectations.came(step, stage.compare(action), stage.now);
      return;
    case 'settle':
    case 'mark-not-available':
      expectations.came(step, stage.close(action), stage.now);
      return;
    case 'apply':
      stage.apply(action.plan);
      return;
    case 'expect':
      expectations.expect(step, action.expectation, stage.now);
  }
}

function summary(expected: number, failed: number, told: number, events: number): string {
  const result = failed === 0 ? 'passed' : `FAILED: ${failed} of ${expected}`;
  const what = `${expected} ${expected === 1 ? 'expectation' : 'expectations'}`;
  return `${result}, ${what}, ${told} ${told === 1 ? 'message' : 'messages'}, ${events} ${events === 1 ? 'event' : 'events'}`;
}
