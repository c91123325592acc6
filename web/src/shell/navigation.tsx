import { Link } from '@tanstack/react-router';
import { useLive } from '../api/live.tsx';
import { Icon } from '../kit/icon.tsx';
import { type PageEntry, pages } from '../pages.tsx';
import { patterns } from '../paths.ts';
import classes from './navigation.module.css';

/** A page with a place in the navigation, and its address for the plan that is looked at. */
export interface NavigationEntry {
  readonly page: PageEntry;
  readonly navigation: NonNullable<PageEntry['navigation']>;
  readonly address: string;
}

/** The pages that can be gone to, in their order. Those of a plan only when there is one. */
export function navigationEntries(plan: string | undefined): readonly NavigationEntry[] {
  return pages.flatMap((page) => {
    const { navigation, pattern } = page;
    if (navigation === undefined) return [];
    const ofPlan = pattern.includes('$plan');
    if (ofPlan && plan === undefined) return [];
    const address = ofPlan ? pattern.replace('$plan', encodeURIComponent(plan ?? '')) : pattern;
    return [{ page, navigation, address }];
  });
}

interface NavigationProps {
  readonly plan: string | undefined;
  readonly onMore: () => void;
}

/** Every page with a place in the navigation: at the side, and on a phone the first few at the bottom. */
export function Navigation({ plan, onMore }: NavigationProps) {
  const entries = navigationEntries(plan);
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {entries.map(({ page, navigation, address }) => (
        <Link
          key={page.name}
          to={address}
          className={classes.link}
          activeOptions={{ exact: page.pattern === patterns.missionControl }}
          data-phone={navigation.onPhone === true ? '' : undefined}
          title={`g ${navigation.key}`}
        >
          <Icon name={navigation.icon} />
          {navigation.phoneName === undefined ? (
            <span>{page.name}</span>
          ) : (
            <>
              <span className={classes.name}>{page.name}</span>
              <span className={classes.phoneName}>{navigation.phoneName}</span>
            </>
          )}
          {page.pattern === patterns.alerts && plan !== undefined ? <OpenAlerts /> : null}
        </Link>
      ))}
      <button type="button" className={classes.more} onClick={onMore}>
        <Icon name="more" />
        <span>More</span>
      </button>
    </nav>
  );
}

function OpenAlerts() {
  const open = useLive((snapshot) => snapshot.alerts.filter(({ state }) => state === 'firing').length);
  if (open === 0) return null;
  return (
    <span className={classes.count} title={`${open} firing`}>
      {open}
    </span>
  );
}
