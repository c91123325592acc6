import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import type { HeartbeatStandingAnswer, ProbeStandingAnswer, ServiceAnswer } from '#contract/services.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { heartbeatTone } from '../probes/probe-words.ts';
import { CheckChips } from './check-chips.tsx';
import { reachText, serviceTone } from './service-words.ts';
import classes from './services.module.css';

interface ServiceRowProps {
  readonly plan: string;
  readonly service: ServiceAnswer;
  /** Goes to another service. */
  readonly onChoose: (service: string) => void;
}

/** One service: how it stands, what it needs, and all that says so; what is wrong stands first. */
export function ServiceRow({ plan, service, onChoose }: ServiceRowProps) {
  const { name, importance, needs, neededBy, since, rules, probes, parts, heartbeats } = service;
  const isWrong = ({ state }: { readonly state: string }): boolean =>
    state === 'failing' || state === 'late' || state === 'failed';
  const reach = reachText(probes, parts);
  const isChecked = probes.length + parts.length + heartbeats.length > 0;
  return (
    <li className={classes.row} data-service={name} tabIndex={-1}>
      <div className={classes.state}>
        <StateMark {...serviceTone(service)} />
        {since === undefined ? null : (
          <span className={classes.quiet}>
            since <TimeText at={since} />
          </span>
        )}
      </div>
      <div className={classes.what}>
        <h3 className={classes.name}>{name}</h3>
        {importance === undefined ? null : <span className={classes.quiet}>{importance} service</span>}
        {reach === undefined ? null : (
          <span className={classes.quiet} data-reach="">
            {reach}
          </span>
        )}
        <Others word="needs" names={needs} onChoose={onChoose} />
        <Others word="needed by" names={neededBy} onChoose={onChoose} />
      </div>
      <div className={classes.why}>
        <Wrong plan={plan} service={service} />
        {isChecked ? (
          <CheckChips
            plan={plan}
            probes={probes.filter((probe) => !isWrong(probe))}
            parts={parts.filter((part) => !isWrong(part))}
            heartbeats={heartbeats.filter((heartbeat) => !isWrong(heartbeat))}
          />
        ) : (
          <span className={classes.quiet}>
            {rules.length === 0
              ? 'No rule, probe or heartbeat of the plan is about it.'
              : `No probe or heartbeat is about it: judged by ${rules.length === 1 ? 'the rule' : 'the rules'} ${rules.join(', ')} alone.`}
          </span>
        )}
      </div>
    </li>
  );
}

function Others({
  word,
  names,
  onChoose,
}: {
  readonly word: string;
  readonly names: readonly string[];
  readonly onChoose: (service: string) => void;
}) {
  if (names.length === 0) return null;
  return (
    <span className={classes.quiet}>
      {word}{' '}
      {names.map((name, index) => (
        <Fragment key={name}>
          {index === 0 ? '' : ', '}
          <button type="button" className={classes.jump} data-in-text="" onClick={() => onChoose(name)}>
            {name}
          </button>
        </Fragment>
      ))}
    </span>
  );
}

/** Whatever is not as it should be, each with the way to where it is seen. */
function Wrong({ plan, service }: { readonly plan: string; readonly service: ServiceAnswer }) {
  const { because, alerts, probes, parts, heartbeats } = service;
  const failing = probes.filter(({ state }) => state === 'failing');
  const broken = parts.filter(({ state }) => state === 'failing');
  const late = heartbeats.filter(({ state }) => state === 'late' || state === 'failed');
  if (because.length + alerts.length + failing.length + broken.length + late.length === 0) return null;
  return (
    <ul className={classes.wrong}>
      {because.length === 0 ? null : (
        <li>
          <StateMark tone="critical" word={`needs ${because.join(', ')}`} />
          <span className={classes.quiet}>{because.length === 1 ? 'which is down' : 'which are down'}</span>
        </li>
      )}
      {alerts.map(({ alert, rule, group, severity, openedAt, acknowledged, meansDown }) => (
        <li key={alert}>
          <StateMark tone={acknowledged ? 'warning' : 'critical'} word={acknowledged ? 'acknowledged' : 'firing'} />
          <Link to={paths.alert(plan, alert)}>
            {alert} {rule}
            {group.length === 0 ? '' : ` (${group.join(', ')})`}
          </Link>
          <span className={classes.quiet}>
            {severity}, since <TimeText at={openedAt} />
            {meansDown ? '; it means that the service is down' : ''}
          </span>
        </li>
      ))}
      {[...Map.groupBy(failing, ({ message }) => message ?? '')].map(([message, alike]) => (
        <li key={`probes ${message}`}>
          <StateMark tone="critical" word={alike.length === 1 ? 'failing' : `${alike.length} failing`} />
          <span className={classes.names}>
            {alike.map(({ name }) => (
              <Link key={name} to={paths.probe(plan, name)}>
                {name}
              </Link>
            ))}
          </span>
          {message === '' ? null : <span className={classes.message}>{message}</span>}
          <Newest of={alike} />
        </li>
      ))}
      {broken.map(({ probe, field, at }) => (
        <li key={`part ${probe}`}>
          <StateMark tone="critical" word="failing" />
          <Link to={paths.probe(plan, probe)}>said by {probe}</Link>
          <code className={classes.quiet}>{field}</code>
          {at === undefined ? null : (
            <span className={classes.quiet}>
              <TimeText at={at} show="age" />
            </span>
          )}
        </li>
      ))}
      {late.map((heartbeat) => (
        <li key={`heartbeat ${heartbeat.name}`}>
          <StateMark {...heartbeatTone(heartbeat)} />
          <Link to={paths.probes(plan)}>{heartbeat.name}</Link>
          <LateText heartbeat={heartbeat} />
        </li>
      ))}
    </ul>
  );
}

/** How long ago the last of them was looked at. */
function Newest({ of }: { readonly of: readonly ProbeStandingAnswer[] }) {
  const at = Math.max(...of.map((probe) => (probe.at === undefined ? Number.NaN : Date.parse(probe.at))));
  return Number.isNaN(at) ? null : (
    <span className={classes.quiet}>
      <TimeText at={at} show="age" />
    </span>
  );
}

function LateText({ heartbeat: { lastAt, lateAt, state } }: { readonly heartbeat: HeartbeatStandingAnswer }) {
  return (
    <span className={classes.quiet}>
      {state === 'late' && lateAt !== undefined ? (
        <>
          was expected by <TimeText at={lateAt} />
        </>
      ) : lastAt === undefined ? null : (
        <>
          last heard of <TimeText at={lastAt} show="age" />
        </>
      )}
    </span>
  );
}
