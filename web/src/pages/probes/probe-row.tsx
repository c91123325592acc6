import { Link } from '@tanstack/react-router';
import type { ProbeAnswer } from '#contract/probes.ts';
import { formatFigureText } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { Sparkline } from '../../kit/sparkline.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { probeTone } from './probe-words.ts';
import classes from './probes.module.css';
import { Uptime } from './uptime-bars.tsx';

/** One probe of the list: how it stands, what came last, how it was. */
export function ProbeRow({ plan, probe }: { readonly plan: string; readonly probe: ProbeAnswer }) {
  const { name, text, since, everyMs, nextAt, latest, day, month, durations } = probe;
  const { tone, word } = probeTone(probe);
  const [last] = latest;
  const [from, to] = [Date.parse(day.from), Date.parse(day.to)];
  const stepMs = (to - from) / Math.max(1, durations.length);
  const points = durations.map((value, index) => ({ at: from + (index + 0.5) * stepMs, value: value ?? undefined }));
  return (
    <li className={classes.row} data-probe={name}>
      <div className={classes.state}>
        <StateMark tone={tone} word={word} />
        {since === undefined ? null : (
          <span className={classes.quiet}>
            since <TimeText at={since} />
          </span>
        )}
      </div>
      <div className={classes.what}>
        <Link to={paths.probe(plan, name)} className={classes.name}>
          {name}
        </Link>
        <code className={classes.check}>{text}</code>
        {last?.message === undefined || last.outcome === 'passed' ? null : (
          <span className={classes.message}>{last.message}</span>
        )}
      </div>
      <div className={classes.last}>
        {last === undefined ? (
          <>
            <span className={classes.quiet}>{everyMs === undefined ? 'not looked at now' : 'not looked at yet'}</span>
            <NextLook at={nextAt} everyMs={undefined} />
          </>
        ) : (
          <>
            <span className={classes.figure}>
              {last.durationMs === undefined || last.outcome === 'unmeasured'
                ? 'not measured'
                : formatFigureText(last.durationMs, 'ms')}
            </span>
            <span className={classes.quiet}>
              <TimeText at={last.at} show="age" />
              {everyMs === undefined ? '' : `, every ${formatSpan(everyMs)}`}
            </span>
            <NextLook at={nextAt} everyMs={everyMs} />
          </>
        )}
      </div>
      <Uptime uptime={day} over="24 h" />
      <Uptime uptime={month} over="30 d" />
      <div className={classes.spark}>
        <Sparkline points={points} from={from} to={to} label={`How long ${name} took over 24 h`} />
      </div>
    </li>
  );
}

/** Below it the next look is always about now. */
const SAID_ABOVE_MS = 60_000;

/** When it is looked at next, where that is worth a word. */
function NextLook({ at, everyMs }: { readonly at: string | undefined; readonly everyMs: number | undefined }) {
  if (at === undefined || (everyMs !== undefined && everyMs <= SAID_ABOVE_MS)) return null;
  return (
    <span className={classes.quiet}>
      next <TimeText at={at} />
    </span>
  );
}
