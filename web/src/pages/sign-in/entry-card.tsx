import { type ReactNode, useEffect } from 'react';
import classes from './entry-card.module.css';

interface EntryCardProps {
  /** Also the title of the browser's tab. */
  readonly title: string;
  readonly children: ReactNode;
}

/** What whoever is not signed in yet sees: one card, nothing else. */
export function EntryCard({ title, children }: EntryCardProps) {
  useEffect(() => {
    document.title = `${title} · Watchbill`;
  }, [title]);
  return (
    <main className={classes.ground}>
      <div className={classes.card}>
        <p className={classes.brand}>
          <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
            <path d="M4 18h6l3-9 5 16 3-7h7" />
          </svg>
          Watchbill
        </p>
        <h1 className={classes.title}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
