import { Drawer, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sessionQuery, useSignOut } from '../api/session.ts';
import { Icon } from '../kit/icon.tsx';
import classes from './more-drawer.module.css';
import { navigationEntries } from './navigation.tsx';
import { schemes } from './scheme-menu.tsx';

interface MoreDrawerProps {
  readonly plan: string | undefined;
  readonly onClose: () => void;
  readonly onSearch: () => void;
}

/** On a phone: everything that does not fit into the bars. */
export function MoreDrawer({ plan, onClose, onSearch }: MoreDrawerProps) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { data: session } = useQuery(sessionQuery);
  const signOut = useSignOut();
  const search = (): void => {
    onClose();
    onSearch();
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="bottom"
      size="auto"
      classNames={{ content: classes.sheet }}
      title={session?.name ?? 'More'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.list}>
        <button type="button" className={classes.item} onClick={search}>
          <Icon name="search" /> Search and commands
        </button>
        {navigationEntries(plan)
          .filter(({ navigation }) => navigation.onPhone !== true)
          .map(({ page, navigation, address }) => (
            <Link key={page.name} to={address} className={classes.item} onClick={onClose}>
              <Icon name={navigation.icon} /> {page.name}
            </Link>
          ))}
        <div className={classes.schemes} role="radiogroup" aria-label="Colours">
          {schemes.map(({ scheme, name, icon }) => (
            // biome-ignore lint/a11y/useSemanticElements: a button that looks like the items around it
            <button
              key={scheme}
              type="button"
              role="radio"
              aria-checked={colorScheme === scheme}
              className={classes.scheme}
              onClick={() => setColorScheme(scheme)}
            >
              <Icon name={icon} /> {name}
            </button>
          ))}
        </div>
        {session?.kind === 'session' ? (
          <button type="button" className={classes.item} onClick={() => signOut.mutate()}>
            Sign out
          </button>
        ) : null}
      </div>
    </Drawer>
  );
}
