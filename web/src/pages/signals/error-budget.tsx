import type { SignalSeriesAnswer } from '#contract/signals.ts';
import { formatNumber, formatThreshold } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import classes from './error-budget.module.css';

interface ErrorBudgetProps {
  readonly budget: NonNullable<SignalSeriesAnswer['budget']>;
}

/** What the target of an availability leaves room for, how much of it is gone, and how fast. */
export function ErrorBudget({ budget }: ErrorBudgetProps) {
  const { target, burn } = budget;
  // Of whole seconds, so that what is used and left adds up as it is written.
  const [allowedMs, usedMs] = [wholeSeconds(budget.allowedMs), wholeSeconds(budget.usedMs)];
  const leftMs = allowedMs - usedMs;
  const isOver = leftMs < 0;
  const isFast = burn > 1;
  const tone = isOver ? 'critical' : isFast ? 'warning' : 'good';
  const word = isOver ? 'used up' : isFast ? 'used too fast' : 'enough left';
  const used = `${formatSpan(usedMs)} of ${formatSpan(allowedMs)} used`;
  return (
    <Section title="Error budget">
      <p className={classes.state}>
        <StateMark tone={tone} word={word} />
        <span>{isOver ? `${formatSpan(-leftMs)} more than there is` : `${formatSpan(leftMs)} left`}</span>
      </p>
      <progress
        className={classes.bar}
        data-tone={tone}
        value={Math.min(usedMs, allowedMs)}
        max={Math.max(1, allowedMs)}
        aria-label={used}
      />
      <p className={classes.quiet}>
        {used}: a target of {formatThreshold(target, '%')} allows so much down in the window. It is used{' '}
        {formatNumber(Number(burn.toPrecision(2)))} times as fast as allowed. Time of which nothing is known uses up
        none of it.
      </p>
    </Section>
  );
}

function wholeSeconds(ms: number): number {
  return Math.round(ms / 1_000) * 1_000;
}
