import { Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { PlanSummaryAnswer } from '#contract/overview.ts';
import { plural } from '../format/numbers.ts';
import { Icon } from '../kit/icon.tsx';
import { StateMark } from '../kit/state-mark.tsx';
import { figureTone } from '../kit/tone.ts';
import { paths } from '../paths.ts';
import classes from './top-bar.module.css';

interface PlanSwitcherProps {
  readonly plan: string | undefined;
  readonly plans: readonly PlanSummaryAnswer[];
}

/** Which plan is looked at, and how the others stand. */
export function PlanSwitcher({ plan, plans }: PlanSwitcherProps) {
  const navigate = useNavigate();
  const title = plans.find((summary) => summary.plan === plan)?.title ?? plan ?? 'Watchbill';
  if (plans.length < 2) return <span className={classes.plan}>{title}</span>;
  return (
    <Menu position="bottom-start" width={320} shadow="md">
      <Menu.Target>
        <button type="button" className={classes.planButton} aria-label={`Plan: ${title}. Choose another`}>
          <span className={classes.plan}>{title}</span>
          <Icon name="down" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {plans.map((summary) => {
          const open = summary.alerts.reduce((sum, alerts) => sum + alerts.open, 0);
          const worst = figureTone(summary.worst ?? 'no objective');
          return (
            <Menu.Item key={summary.plan} onClick={() => void navigate({ to: paths.missionControl(summary.plan) })}>
              <span className={classes.planRow}>
                <span className={classes.plan}>{summary.title}</span>
                {open > 0 ? (
                  <StateMark tone="critical" word={plural(open, 'alert')} />
                ) : (
                  <StateMark tone={worst.tone} word={worst.word} />
                )}
              </span>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
