import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { PlanSummaryAnswer } from '#contract/overview.ts';
import { rememberedPlan, rememberPlan } from '../../api/current-plan.ts';
import { plansQuery } from '../../api/overview.ts';
import { useSearchValues } from '../../kit/search-value.ts';
import classes from './settings.module.css';

/** The plan whose channels and people are shown, and those that could be. */
export interface SettingsPlan {
  readonly chosen: string | undefined;
  readonly all: readonly PlanSummaryAnswer[];
  readonly isLoading: boolean;
  readonly choose: (plan: string) => void;
}

/** The one in the address, else the one that was looked at last. */
export function useSettingsPlan(): SettingsPlan {
  const { data: all = [], isLoading } = useQuery(plansQuery);
  const [search, change] = useSearchValues();
  const last = search.plan ?? rememberedPlan();
  const chosen = (all.find(({ plan }) => plan === last) ?? all[0])?.plan;
  const choose = (plan: string): void => {
    rememberPlan(plan);
    change({ plan });
  };
  return { chosen, all, isLoading, choose };
}

/** Chooses the plan; nothing where there is only one. */
export function PlanChoice({ plan }: { readonly plan: SettingsPlan }) {
  if (plan.all.length < 2) return null;
  return (
    <NativeSelect
      className={classes.planChoice}
      aria-label="Plan"
      data={plan.all.map((summary) => ({ value: summary.plan, label: summary.title }))}
      value={plan.chosen}
      onChange={(event) => plan.choose(event.currentTarget.value)}
    />
  );
}
