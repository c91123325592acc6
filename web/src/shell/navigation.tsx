import { Link } from '@tanstack/react-router';
import { Icon } from '../kit/icon.tsx';
import { type PageEntry, pages } from '../pages.tsx';
import classes from './shell.module.css';

/** The address of a page in the navigation; undefined where it needs a plan and there is none. */
export function addressOf(page: PageEntry, plan: string | undefined): string | undefined {
  if (!page.pattern.includes('$plan')) return page.pattern;
  return plan === undefined ? undefined : page.pattern.replace('$plan', encodeURIComponent(plan));
}

/** Every registered page with a place in the navigation. */
export function Navigation({ plan }: { readonly plan: string | undefined }) {
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {pages.map((page) => {
        const address = addressOf(page, plan);
        if (page.navigation === undefined || address === undefined) return null;
        return (
          <Link
            key={page.name}
            to={address}
            className={classes.navigationLink}
            activeOptions={{ exact: page.name === 'Mission control' }}
          >
            <Icon name={page.navigation.icon} />
            <span>{page.name}</span>
          </Link>
        );
      })}
    </nav>
  );
}
