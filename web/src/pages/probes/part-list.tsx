import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { probeTone } from './probe-words.ts';
import classes from './probes.module.css';
import { Uptime } from './uptime-bars.tsx';

/** What the answers said of each part of the target, which is a service of its own. */
export function PartList({ parts }: { readonly parts: ProbeHistoryAnswer['partHistory'] }) {
  return (
    <ul className={classes.parts}>
      {parts.map(({ service, field, state, at, uptime }) => {
        const { tone, word } = probeTone({ state });
        return (
          <li key={service} className={classes.part} data-part={service}>
            <span className={classes.sentence}>
              <span className={classes.strong}>{service}</span>
              <StateMark tone={tone} word={word} />
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
