import { Link } from '@tanstack/react-router';
import type { ErrorGroupAnswer } from '#contract/errors.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { errorMessage, errorTitle, errorTone } from './error-words.ts';
import classes from './errors.module.css';
import { Trend } from './trend.tsx';

/** One group of errors: what, how it stands, how often, for how many, since when. */
export function ErrorRow({ plan, group }: { readonly plan: string; readonly group: ErrorGroupAnswer }) {
  const { tone, word } = errorTone(group);
  const message = errorMessage(group);
  const where = [group.service, group.level, ...group.environments, ...group.releases.slice(-1)];
  return (
    <li className={classes.row} data-group={group.error} data-state={group.state}>
      <div className={classes.state}>
        <StateMark tone={tone} word={word} />
      </div>
      <div className={classes.what}>
        <Link to={paths.error(plan, group.error)} className={`${classes.name} wb-alone`} data-row-link="">
          {errorTitle(group)}
        </Link>
        {message === '' ? null : <span className={classes.message}>{message}</span>}
        <span className={classes.quiet}>
          {where.filter((one) => one !== undefined).join(' · ')}
          {where.every((one) => one === undefined) ? '' : ' · '}
          first seen <TimeText at={group.firstSeen} show="age" />
        </span>
      </div>
      <div className={classes.course}>
        <Trend trend={group.trend} height={28} />
      </div>
      <div className={classes.figures}>
        <span className={classes.figure}>{formatCount(group.count)}</span>
        <span className={classes.quiet}>{group.count === 1 ? 'error' : 'errors'}</span>
      </div>
      <div className={classes.figures}>
        <span className={classes.figure}>{group.users === 0 ? '–' : formatCount(group.users)}</span>
        <span
          className={classes.quiet}
          title={group.users === 0 ? 'These errors do not say whom they concerned.' : undefined}
        >
          {group.users === 0 ? 'nobody named' : plural(group.users, 'person', 'people').replace(/^\S+\s/, '')}
        </span>
      </div>
      <div className={classes.when}>
        <TimeText at={group.lastSeen} show="age" />
        <span className={classes.quiet}>last seen</span>
      </div>
    </li>
  );
}
