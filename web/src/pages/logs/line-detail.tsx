import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { StoredEventAnswer } from '#contract/data.ts';
import { formatFigureText } from '../../format/numbers.ts';
import { formatInstantFull, formatTimeExact } from '../../format/times.ts';
import { CopyButton } from '../../kit/copy-button.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import { TraceLink } from '../traces/trace-link.tsx';
import { lineFields, lineHead } from './log-line.ts';
import classes from './logs.module.css';
import { useLogContext } from './use-logs.ts';

type Value = string | number | boolean;

interface LineDetailProps {
  readonly plan: string;
  readonly line: StoredEventAnswer;
  readonly onFilter: (field: string, value: Value, against: boolean) => void;
}

/** Everything that came in a line, with what can be done with it. */
export function LineDetail({ plan, line, onFilter }: LineDetailProps) {
  const [around, setAround] = useState(false);
  const trace = line.attributes['trace_id'];
  return (
    <div className={classes.detail}>
      <div className={classes.actions}>
        {typeof trace === 'string' && trace !== '' ? <TraceLink plan={plan} trace={trace} at={line.time} /> : null}
        <Button size="xs" variant="default" className={classes.tap} onClick={() => setAround((before) => !before)}>
          {around ? 'Hide the lines around it' : 'Lines around it'}
        </Button>
        <CopyButton what="Line" value={JSON.stringify(line)} />
      </div>
      {around ? <Around plan={plan} line={line} /> : null}
      <dl className={classes.fields}>
        {lineFields(line).map(({ name, value, searchable }) => (
          <div key={name} data-field={name}>
            <dt>{name}</dt>
            <dd>
              {searchable ? (
                <span className={classes.filters}>
                  <button
                    type="button"
                    className={classes.small}
                    aria-label={`Only ${name} ${value}`}
                    title="Only these"
                    onClick={() => onFilter(name, value, false)}
                  >
                    +
                  </button>
                  <button
                    type="button"
                    className={classes.small}
                    aria-label={`Without ${name} ${value}`}
                    title="Without these"
                    onClick={() => onFilter(name, value, true)}
                  >
                    −
                  </button>
                </span>
              ) : null}
              <span className={classes.fieldValue}>
                {name === 'duration' && typeof value === 'number' ? formatFigureText(value, 'ms') : String(value)}
              </span>
            </dd>
          </div>
        ))}
        <div>
          <dt>time</dt>
          <dd>
            <span className={classes.fieldValue}>{formatInstantFull(Date.parse(line.time))}</span>
          </dd>
        </div>
        <div>
          <dt>received</dt>
          <dd>
            <span className={classes.fieldValue}>{formatInstantFull(Date.parse(line.receivedAt))}</span>
          </dd>
        </div>
      </dl>
    </div>
  );
}

function Around({ plan, line }: { readonly plan: string; readonly line: StoredEventAnswer }) {
  const { data, error, refetch } = useLogContext(plan, line, true);
  if (error !== null && data === undefined) {
    return <ErrorState error={error} title="The lines around it could not be loaded" onRetry={() => void refetch()} />;
  }
  if (data === undefined) return <RowsSkeleton rows={5} height={24} />;
  const same = data.sameAs.map(({ field, value }) => `${field} ${value}`).join(', ');
  return (
    <section className={classes.around} data-context="">
      <h3 className={classes.facetName}>{same === '' ? 'Before and after it' : `Before and after it from ${same}`}</h3>
      <ol className={classes.aroundLines}>
        {data.lines.map((one) => {
          const { at, level, tone, message } = lineHead(one);
          return (
            <li key={one.id} aria-current={one.id === line.id ? 'true' : undefined}>
              <time className={classes.time} dateTime={one.time}>
                {formatTimeExact(at)}
              </time>
              <span className={classes.level}>{level === '' ? '' : <StateMark tone={tone} word={level} />}</span>
              <span className={classes.aroundMessage}>{message}</span>
            </li>
          );
        })}
      </ol>
      {data.lines.length > 1 ? null : (
        <p className={classes.quiet}>
          Nothing else within an hour. <Link to={paths.logs(plan)}>All logs</Link>
        </p>
      )}
    </section>
  );
}
