import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { probeTone } from './probe-words.ts';
import classes from './probes.module.css';
import { Uptime } from './uptime-bars.tsx';

interface PartListProps {
  readonly parts: ProbeHistoryAnswer['partHistory'];
  /** The time goes on: how a part stood at its end is how it stands now. */
  readonly live: boolean;
}

/** What the answers said of each part of the target, which is a service of its own. */
export function PartList({ parts, live }: PartListProps) {
  return (
    <ul className={classes.parts}>
      {parts.map(({ service, field, state, at, uptime }) => {
        const { tone, word } = probeTone({ state });
        return (
          <li key={service} className={classes.part} data-part={service}>
            <span className={classes.sentence}>
              <span className={classes.strong}>{service}</span>
              <StateMark tone={tone} word={live ? word : `${word} at the end of this time`} />
              <span className={classes.quiet}>
                {at === undefined ? (
                  'not named in this time'
                ) : (
                  <>
                    named <TimeText at={at} show="age" />
                  </>
                )}
              </span>
            </span>
            <code className={classes.check}>{field}</code>
            {at === undefined ? null : <Uptime uptime={uptime} over="in this time" />}
          </li>
        );
      })}
    </ul>
  );
}
