import { ReasonPanel } from '../kit/reason-panel.tsx';
import { TimeText } from '../kit/time-text.tsx';
import type { Drawing } from './chart-option.ts';
import classes from './deployment-flags.module.css';
import { clusterMarks, clusterWords, type DeploymentMark, markName } from './deployment-marks.ts';
import { plotWidth, xOf } from './plot-box.ts';

/** What a pointer can tell apart, and a finger on a narrow screen. */
const APART = 24;
const TAP_APART = 44;
const NARROW = 720;
/** The mark's middle is where the line is. */
const MARK_WIDTH = 16;
/** A name needs this many pixels. */
const NAME_WIDTH = 80;

interface DeploymentFlagsProps {
  readonly marks: readonly DeploymentMark[];
  readonly drawing: Drawing;
  /** The signal that the chart is of. */
  readonly of: string;
}

/** A flag at the foot of each deployment's line; pressing it shows what was deployed. */
export function DeploymentFlags({ marks, drawing, of }: DeploymentFlagsProps) {
  const { range, box, now } = drawing;
  const end = box.left + plotWidth(box);
  const apart = box.width < NARROW ? TAP_APART : APART;
  const clusters = clusterMarks(marks, range, (at) => xOf(at, range, box), apart, end);
  if (clusters.length === 0) return null;
  return (
    <ul className={classes.flags} aria-label={`Deployments in the chart of ${of}`}>
      {clusters.map(({ left, room, marks: own }) => (
        <li
          key={own[0]?.id}
          className={classes.flag}
          style={{
            left: Math.min(left - MARK_WIDTH / 2, box.width - apart),
            bottom: box.bottom,
            maxWidth: Math.max(apart, room),
          }}
          title={clusterWords(own, now)}
        >
          <ReasonPanel
            label={clusterWords(own, now)}
            title={own.length === 1 ? 'Deployment' : `${own.length} deployments`}
            content={() => <DeploymentList marks={own.toReversed()} />}
          >
            <span className={classes.mark} aria-hidden="true">
              ▲
            </span>
            {room < NAME_WIDTH ? null : <span className={classes.name}>{nameOf(own)}</span>}
          </ReasonPanel>
        </li>
      ))}
    </ul>
  );
}

function nameOf(marks: readonly DeploymentMark[]): string {
  const [only] = marks;
  return only !== undefined && marks.length === 1 ? markName(only) : `${marks.length} deployments`;
}

/** Deployments with all that is known of them, in the order that they are given in. */
export function DeploymentList({ marks }: { readonly marks: readonly DeploymentMark[] }) {
  return (
    <ul className={classes.list}>
      {marks.map(({ id, at, service, version, previous, environment, origins, url }) => (
        <li key={id} className={classes.item}>
          <strong>
            {service} {version}
          </strong>
          <dl className={classes.facts}>
            <dt>Before</dt>
            <dd>{previous ?? 'not known'}</dd>
            <dt>When</dt>
            <dd>
              <TimeText at={at} />, <TimeText at={at} show="age" />
            </dd>
            {environment === undefined ? null : (
              <>
                <dt>Environment</dt>
                <dd>{environment}</dd>
              </>
            )}
            {origins.length === 0 ? null : (
              <>
                <dt>Told by</dt>
                <dd>{origins.join(', ')}</dd>
              </>
            )}
          </dl>
          {url === undefined ? null : (
            <a href={url} target="_blank" rel="noreferrer noopener" className={`${classes.link} wb-alone`}>
              Open its page
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
