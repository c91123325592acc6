import type { HealthAnswer, ProcessHealthAnswer } from '#contract/health.ts';
import { formatFigureText, plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { Course } from './course.tsx';
import classes from './health.module.css';
import { bytesText, isSlowLoop, processTone } from './health-words.ts';

/** What each process is for, in the words of who operates it. */
const purposes: Readonly<Record<ProcessHealthAnswer['name'], string>> = {
  supervisor: 'starts the others, and starts each again when it ends',
  core: 'judges, tells people, and serves these pages',
  intake: 'takes in what is sent, and reads the signals',
  prober: 'looks at what the plans name',
  'telemetry store': 'keeps events and readings for charts',
  PostgreSQL: 'keeps plans, alerts, messages and the journal',
};

/** The processes of this server. */
export function Processes({ health }: { readonly health: HealthAnswer }) {
  return (
    <Section title="Processes" aside={health.disk === undefined ? undefined : <Disk disk={health.disk} />}>
      <ul className={classes.list}>
        {health.processes.map((process) => (
          <li key={process.name} className={classes.process} data-process={process.name}>
            <span className={classes.words}>
              <span className={classes.name}>{process.name}</span>
              <span className={classes.quiet}>{purposes[process.name]}</span>
            </span>
            <StateMark {...processTone(process)} />
            <span className={classes.words}>
              <span className={classes.quiet}>
                {process.startedAt === undefined ? (
                  '–'
                ) : (
                  <>
                    since <TimeText at={process.startedAt} />
                  </>
                )}
              </span>
              <span className={classes.quiet}>
                {process.restarts === undefined
                  ? ''
                  : process.restarts === 0
                    ? 'never started again'
                    : `started again ${plural(process.restarts, 'time')}`}
              </span>
            </span>
            <span className={classes.number}>
              {process.memoryBytes === undefined ? '–' : bytesText(process.memoryBytes)}
              <span className={classes.unitOf}>memory</span>
            </span>
            <Delay process={process} health={health} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Delay({ process, health }: { readonly process: ProcessHealthAnswer; readonly health: HealthAnswer }) {
  const { eventLoopDelayMs } = process;
  if (eventLoopDelayMs === undefined) return <span />;
  const text = formatFigureText(eventLoopDelayMs, 'ms');
  return (
    <span className={classes.delay}>
      <span className={classes.number}>
        {isSlowLoop(eventLoopDelayMs) ? <StateMark tone="warning" word={text} /> : text}
        <span className={classes.unitOf}>event loop delay, p99</span>
      </span>
      {process.name === 'core' ? (
        <Course history={health.history} of="coreEventLoopDelayMs" label="How late the core was over the last hour" />
      ) : null}
    </span>
  );
}

function Disk({ disk }: { readonly disk: NonNullable<HealthAnswer['disk']> }) {
  const text = `${bytesText(disk.freeBytes)} of ${bytesText(disk.totalBytes)} free on the disk`;
  return disk.freeBytes < disk.totalBytes / 10 ? <StateMark tone="warning" word={text} /> : text;
}
