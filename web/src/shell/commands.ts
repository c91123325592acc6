import { useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useContext } from 'react';
import type { OverviewAnswer } from '#contract/overview.ts';
import { LiveContext } from '../api/live.tsx';
import { plansQuery } from '../api/overview.ts';
import { sessionQuery, useSignOut } from '../api/session.ts';
import { useGo } from '../kit/go.tsx';
import { paths } from '../paths.ts';
import type { Command } from './command-search.ts';
import { navigationEntries } from './navigation.tsx';
import { schemes } from './scheme-menu.tsx';

interface CommandsOptions {
  readonly plan: string | undefined;
  readonly overview: OverviewAnswer | undefined;
  readonly onExplain: (subject: string) => void;
  readonly onHelp: () => void;
}

/** Everything that the palette finds at this moment. */
export function useCommands({ plan, overview, onExplain, onHelp }: CommandsOptions): readonly Command[] {
  const goTo = useGo();
  const { data: plans = [] } = useQuery(plansQuery);
  const { data: session } = useQuery(sessionQuery);
  const { setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const live = useContext(LiveContext);
  const go = (address: string) => () => goTo(address);

  const commands: Command[] = navigationEntries(plan).map(({ page, navigation, address }) => ({
    id: `page ${page.name}`,
    kind: 'page',
    title: page.name,
    keys: `g ${navigation.key}`,
    icon: navigation.icon,
    run: go(address),
  }));
  if (plan !== undefined) {
    const alerts = live?.snapshot().alerts ?? [];
    for (const { alert, rule, group, state } of alerts) {
      if (alert === undefined) continue;
      commands.push({
        id: `alert ${alert}`,
        kind: 'alert',
        title: `${alert} ${rule}`,
        detail: [...group, state].join(' '),
        icon: 'bell',
        run: go(paths.alert(plan, alert)),
      });
    }
    for (const { name, text, stream } of overview?.signals ?? []) {
      if (stream) continue;
      const run = go(paths.signal(plan, name));
      commands.push({ id: `signal ${name}`, kind: 'signal', title: name, detail: text, icon: 'chart', run });
    }
    for (const { name, text } of overview?.rules ?? []) {
      const run = (): void => onExplain(name);
      commands.push({ id: `rule ${name}`, kind: 'rule', title: name, detail: text, icon: 'rule', run });
    }
    for (const { name, roles } of overview?.people ?? []) {
      const run = go(paths.inbox(plan, name));
      commands.push({
        id: `person ${name}`,
        kind: 'person',
        title: name,
        detail: roles.join(', '),
        icon: 'person',
        run,
      });
    }
  }
  for (const other of plans) {
    if (other.plan === plan) continue;
    const run = go(paths.missionControl(other.plan));
    commands.push({
      id: `plan ${other.plan}`,
      kind: 'plan',
      title: other.title,
      detail: other.plan,
      icon: 'gauge',
      run,
    });
  }
  for (const { scheme, name, icon } of schemes) {
    const run = (): void => setColorScheme(scheme);
    commands.push({ id: `scheme ${scheme}`, kind: 'action', title: `Colours: ${name.toLowerCase()}`, icon, run });
  }
  commands.push({ id: 'help', kind: 'action', title: 'Keyboard', keys: '?', icon: 'screen', run: onHelp });
  if (session?.kind === 'session') {
    commands.push({ id: 'sign-out', kind: 'action', title: 'Sign out', icon: 'key', run: () => signOut.mutate() });
  }
  return commands;
}
