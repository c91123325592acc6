import { Menu } from '@mantine/core';
import type { OverviewAnswer } from '#contract/overview.ts';
import { Icon } from '../kit/icon.tsx';
import classes from './top-bar.module.css';

/** Who holds the plan's roles. Nothing when the plan gives nobody a role. */
export function OnCall({ overview }: { readonly overview: OverviewAnswer }) {
  const roles = overview.roles.filter(({ people }) => people.length > 0);
  const first = roles[0];
  if (first === undefined) return null;
  return (
    <Menu position="bottom-end" width={280} shadow="md">
      <Menu.Target>
        <button type="button" className={classes.barButton} data-wide="">
          <Icon name="person" size={16} />
          <span className={classes.onCall}>
            {first.name}: {first.people.join(', ')}
          </span>
          {roles.length > 1 ? <Icon name="down" size={14} /> : null}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Who holds the roles</Menu.Label>
        {roles.map(({ name, people }) => (
          <div key={name} className={classes.role}>
            <span className={classes.roleName}>{name}</span> <span>{people.join(', ')}</span>
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
