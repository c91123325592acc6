import { NativeSelect } from '@mantine/core';
import type { LogSummaryAnswer } from '#contract/logs.ts';
import { formatCount } from '../../format/numbers.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { levelTone } from './log-line.ts';
import classes from './logs.module.css';

type Value = string | number | boolean;

interface FacetsProps {
  readonly summary: LogSummaryAnswer;
  /** Fields that the lines have and that are not shown. */
  readonly others: readonly string[];
  readonly onFilter: (field: string, value: Value, against: boolean) => void;
  readonly onAdd: (field: string) => void;
  readonly onRemove: (field: string) => void;
}

const fixed = new Set(['level', 'service']);

/** The most frequent values of fields among what was found; one press filters for or against a value. */
export function Facets({ summary, others, onFilter, onAdd, onRemove }: FacetsProps) {
  return (
    <div className={classes.facets}>
      {summary.sampledOneIn === 1 ? null : (
        <p className={classes.quiet}>Estimated from one in {formatCount(summary.sampledOneIn)} blocks of lines.</p>
      )}
      {summary.facets.map(({ field, values, more }) => (
        <section key={field} className={classes.facet} data-facet={field}>
          <div className={classes.facetHead}>
            <h3 className={classes.facetName}>{field}</h3>
            {fixed.has(field) ? null : (
              <button
                type="button"
                className={classes.small}
                aria-label={`Leave out ${field}`}
                onClick={() => onRemove(field)}
              >
                ✕
              </button>
            )}
          </div>
          {values.length === 0 ? <p className={classes.quiet}>No line has it.</p> : null}
          <ul className={classes.values}>
            {values.map(({ value, count }) => (
              <li key={`${typeof value} ${value}`} className={classes.value}>
                <button
                  type="button"
                  className={classes.only}
                  title={`Only ${field} ${value}`}
                  onClick={() => onFilter(field, value, false)}
                >
                  <span className={classes.valueName}>
                    {field === 'level' ? (
                      <StateMark tone={levelTone(String(value))} word={String(value)} />
                    ) : (
                      String(value)
                    )}
                  </span>
                  <span className={classes.quiet}>{formatCount(count)}</span>
                </button>
                <button
                  type="button"
                  className={classes.small}
                  aria-label={`Without ${field} ${value}`}
                  title={`Without ${field} ${value}`}
                  onClick={() => onFilter(field, value, true)}
                >
                  −
                </button>
              </li>
            ))}
          </ul>
          {more === 0 ? null : <p className={classes.quiet}>{formatCount(more)} more</p>}
        </section>
      ))}
      {others.length === 0 ? null : (
        <NativeSelect
          size="xs"
          aria-label="Count another field"
          value=""
          data={[
            { value: '', label: 'Count another field …' },
            ...others.map((name) => ({ value: name, label: name })),
          ]}
          onChange={(event) => onAdd(event.target.value)}
        />
      )}
    </div>
  );
}
