import type { Command } from 'commander';
import type { AlertAnswer, PlanStatusAnswer, ReadingAnswer, StatusAnswer } from '#contract/status.ts';
import { formatCount } from '#kernel/format-figure.ts';
import { formatDuration } from '#kernel/instant.ts';
import { budgetText } from '#plan/error-budget.ts';
import { connect } from './client.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import { print } from './reach.ts';
import type { Runtime } from './runtime.ts';
import { formatTable } from './table.ts';

/** `watchbill status`: every figure and every alert as they stand. */
export function registerStatus(program: Command, runtime: Runtime): void {
  withPlanOption(program.command('status').summary('every signal and alert as they stand'))
    .addHelpText('after', '\nExamples:\n  $ watchbill status\n  $ watchbill status --json | jq ".plans[0].alerts"')
    .action(async (options: ServerOptionValues) => {
      const client = await connect(runtime, options);
      const query = options.plan === undefined ? '' : `?plan=${encodeURIComponent(options.plan)}`;
      const status = await client.get<StatusAnswer>(`/api/status${query}`);
      print(runtime, options, status, describeStatus(status));
    });
}

/** The figures and alerts for people. */
export function describeStatus(status: StatusAnswer): string {
  const blocks = status.plans.map((plan) => describePlan(plan, status.at));
  const problems = [
    ...status.reasons,
    ...(status.intake.ready ? status.intake.reasons : []),
    ...(status.intake.loaderProblem === undefined ? [] : [`loader: ${status.intake.loaderProblem}`]),
  ];
  const rejected = Object.values(status.intake.rejected).flatMap((codes) => Object.values(codes));
  const intake = `intake: ${status.intake.accepted} events accepted, ${rejected.reduce((sum, count) => sum + count, 0)} rejected, ${status.intake.segmentsWaiting} segments waiting`;
  blocks.push(
    [
      `Watchbill ${status.version}: ${status.ready ? 'ready' : 'not ready'}; ${intake}`,
      ...problems.map((reason) => `! ${reason}`),
    ].join('\n'),
  );
  return blocks.join('\n\n');
}

function describePlan(plan: PlanStatusAnswer, at: string): string {
  const stage = plan.phase ?? beforeLaunch(plan, at);
  const head = `${plan.title} (${plan.plan} version ${plan.version}${stage === undefined ? '' : `, ${stage}`})`;
  const parts = [head, ...plan.notices.map((notice) => `! ${notice}`)];
  if (plan.signals.length > 0) {
    parts.push(formatTable(['signal', 'group', 'value', 'state', 'n'], plan.signals.map(signalRow)));
  }
  for (const { signal, budget, budgetRules = [] } of plan.signals) {
    if (budget === undefined) continue;
    const rules = budgetRules.length === 0 ? '' : ` (${budgetRules.join(', ')})`;
    parts.push(`${signal}: ${budgetText(budget)}${rules}`);
  }
  parts.push(
    plan.alerts.length === 0
      ? 'No alerts.'
      : formatTable(['alert', 'rule', 'group', 'severity', 'state', 'since', 'reason'], plan.alerts.map(alertRow)),
  );
  return parts.join('\n');
}

function beforeLaunch({ launchedAt }: PlanStatusAnswer, at: string): string | undefined {
  if (launchedAt === undefined) return 'not launched';
  return launchedAt > at ? `launches ${launchedAt}` : undefined;
}

function signalRow(reading: ReadingAnswer): readonly string[] {
  const state = reading.reason === undefined ? reading.state : `${reading.state} (${reading.reason})`;
  return [reading.signal, reading.group.join(', '), reading.shown, state, formatCount(reading.sampleSize)];
}

function alertRow(alert: AlertAnswer): readonly string[] {
  const state = alert.flapping ? `${alert.state} (flapping)` : alert.state;
  return [
    alert.alert ?? '-',
    alert.rule,
    alert.group.join(', '),
    alert.severity,
    state,
    formatDuration(Math.round(alert.sinceMs / 1_000) * 1_000),
    alert.reason,
  ];
}
