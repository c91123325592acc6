import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { sessionQuery, useSignOut } from '../api/session.ts';
import { Icon } from '../kit/icon.tsx';
import { paths } from '../paths.ts';
import { SchemeItems } from './scheme-menu.tsx';
import classes from './top-bar.module.css';

/** Who is signed in, the colours, and the way out. */
export function UserMenu() {
  const { data: session } = useQuery(sessionQuery);
  const navigate = useNavigate();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <button
          type="button"
          className={classes.barButton}
          aria-label={session === undefined ? 'Your menu' : `Your menu, ${session.name}`}
        >
          <Icon name="settings" size={18} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {session === undefined ? null : (
          <>
            <div className={classes.who}>
              <strong>{session.name}</strong>
              {session.email === undefined ? null : <span>{session.email}</span>}
            </div>
            <Menu.Divider />
          </>
        )}
        <Menu.Label>Colours</Menu.Label>
        <SchemeItems />
        <Menu.Divider />
        <Menu.Item onClick={() => void navigate({ to: paths.settings() })}>Settings</Menu.Item>
        {session?.kind === 'session' ? <Menu.Item onClick={() => signOut.mutate()}>Sign out</Menu.Item> : null}
      </Menu.Dropdown>
    </Menu>
  );
}
