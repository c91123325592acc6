import { Link } from '@tanstack/react-router';
import type { HeartbeatStandingAnswer, PartStandingAnswer, ProbeStandingAnswer } from '#contract/services.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { paths } from '../../paths.ts';
import { heartbeatTone, probeTone } from '../probes/probe-words.ts';
import classes from './services.module.css';

interface CheckChipsProps {
  readonly plan: string;
  readonly probes: readonly ProbeStandingAnswer[];
  readonly parts: readonly PartStandingAnswer[];
  readonly heartbeats: readonly HeartbeatStandingAnswer[];
}

/** Checks with their state, each a way to its page. */
export function CheckChips({ plan, probes, parts, heartbeats }: CheckChipsProps) {
  return (
    <ul className={classes.chips}>
      {probes.map((probe) => (
        <li key={`probe ${probe.name}`} className={classes.chip}>
          <StateMark {...probeTone(probe)} quiet={probe.state === 'passing'} />
          <Link to={paths.probe(plan, probe.name)}>{probe.name}</Link>
        </li>
      ))}
      {parts.map((part) => (
        <li key={`part ${part.probe}`} className={classes.chip}>
          <StateMark {...partTone(part)} quiet={part.state === 'passing'} />
          <Link to={paths.probe(plan, part.probe)}>said by {part.probe}</Link>
        </li>
      ))}
      {heartbeats.map((heartbeat) => (
        <li key={`heartbeat ${heartbeat.name}`} className={classes.chip}>
          <StateMark {...heartbeatTone(heartbeat)} quiet={heartbeat.state === 'on time'} />
          <Link to={paths.probes(plan)}>{heartbeat.name}</Link>
        </li>
      ))}
    </ul>
  );
}

/** How a part stands is said as of the probe that tells of it. */
export function partTone({ state }: Pick<PartStandingAnswer, 'state'>): ReturnType<typeof probeTone> {
  return probeTone({ state });
}
