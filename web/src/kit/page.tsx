import { type ReactNode, useEffect } from 'react';
import classes from './page.module.css';

interface PageProps {
  /** Also the title of the browser's tab. */
  readonly title: string;
  /** One sentence that says how things stand. */
  readonly state?: ReactNode;
  /** What can be done here; the most likely first. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The shape of every page: title, state sentence, actions, content. */
export function Page({ title, state, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Watchbill`;
  }, [title]);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div className={classes.words}>
          <h1 className={classes.title}>{title}</h1>
          {state === undefined ? null : (
            <div className={classes.state} data-state-sentence="">
              {state}
            </div>
          )}
        </div>
        {actions === undefined ? null : <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title: ReactNode;
  /** To the right of the title: a count, a link to all. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page on its own surface. */
export function Section({ title, aside, children }: SectionProps) {
  return (
    <section className={classes.section}>
      <div className={classes.sectionHead}>
        <h2 className={classes.sectionTitle}>{title}</h2>
        {aside === undefined ? null : <div className={classes.aside}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}
