import { useState } from 'react';
import type { LiveReading } from '#contract/live.ts';
import type { SignalAnswer } from '#contract/overview.ts';
import { useReadings } from '../../api/live.tsx';
import { groupKey } from '../../charts/chart-lines.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Figure } from '../../kit/figure.tsx';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { figureTone, isJudged } from '../../kit/tone.ts';
import { shortReason } from '../mission-control/figure-reason.ts';
import classes from './signal.module.css';
import { type GroupColumn, sortGroups } from './sort-groups.ts';
import type { ShownLines } from './use-shown-lines.ts';

const ROWS_FIRST = 20;

const columns: readonly { readonly key: GroupColumn; readonly name: string; readonly number?: true }[] = [
  { key: 'group', name: 'Group' },
  { key: 'state', name: 'State' },
  { key: 'value', name: 'Value', number: true },
  { key: 'samples', name: 'n', number: true },
  { key: 'since', name: 'Changed' },
];

interface GroupTableProps {
  readonly signal: SignalAnswer;
  readonly lines: ShownLines;
}

/** Every group with its figure, and whether the chart draws it. */
export function GroupTable({ signal, lines }: GroupTableProps) {
  // Before the first event there is one reading without a group: it says that there is none.
  const readings = useReadings(signal.name).filter(({ group }) => group.length > 0);
  const [column, setColumn] = useState<GroupColumn>('state');
  const [reversed, setReversed] = useState(false);
  const [all, setAll] = useState(false);
  const sorted = sortGroups(readings, column, reversed);
  const shownKeys = new Set(lines.shown.map(({ key }) => key));
  const drawable = new Set(lines.lines.map(({ key }) => key));
  return (
    <Section
      title={`By ${signal.by.join(', ')}`}
      aside={readings.length === 0 ? undefined : plural(readings.length, 'group')}
    >
      {readings.length === 0 ? (
        <p className={classes.quiet}>
          No group has been seen yet. The first event with {signal.by.join(' and ')} makes one.
        </p>
      ) : (
        <div className={classes.tableBox}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="wb-spoken">In the chart</span>
                </th>
                {columns.map(({ key, name, number }) => (
                  <th
                    key={key}
                    scope="col"
                    data-number={number}
                    aria-sort={key !== column ? 'none' : reversed ? 'descending' : 'ascending'}
                  >
                    <button
                      type="button"
                      onClick={() => {
                        setReversed(key === column && !reversed);
                        setColumn(key);
                      }}
                    >
                      {name}
                      <span aria-hidden="true">{key !== column ? '' : reversed ? ' ↑' : ' ↓'}</span>
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(all ? sorted : sorted.slice(0, ROWS_FIRST)).map((reading) => {
                const key = groupKey(reading.group);
                return (
                  <GroupRow
                    key={key}
                    reading={reading}
                    unit={signal.unit}
                    shown={shownKeys.has(key)}
                    onToggle={drawable.has(key) ? () => lines.toggle(key) : undefined}
                  />
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {sorted.length > ROWS_FIRST && !all ? (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          Show all {formatCount(sorted.length)}
        </button>
      ) : null}
    </Section>
  );
}

interface GroupRowProps {
  readonly reading: LiveReading;
  readonly unit: string;
  readonly shown: boolean;
  readonly onToggle: (() => void) | undefined;
}

function GroupRow({ reading, unit, shown, onToggle }: GroupRowProps) {
  const { tone, word } = figureTone(reading.state);
  const name = reading.group.join(' · ');
  const judged = isJudged(reading.state);
  return (
    <tr data-group={name}>
      <td>
        <label className={classes.check}>
          <input
            type="checkbox"
            checked={shown}
            disabled={onToggle === undefined}
            onChange={onToggle}
            aria-label={`Draw ${name}`}
          />
        </label>
      </td>
      <th scope="row">{name}</th>
      <td>
        <StateMark tone={tone} word={word} />
      </td>
      <td data-number="">
        {judged || reading.state === 'too few' || reading.state === 'open' ? (
          <Figure value={reading.value} unit={unit} tentative={!judged} />
        ) : (
          <span className={classes.quiet}>{shortReason(reading)}</span>
        )}
      </td>
      <td data-number="">
        {formatCount(reading.sampleSize)}
        {reading.needed === undefined ? '' : ` of ${formatCount(reading.needed)}`}
      </td>
      <td>{reading.since === '' ? '–' : <TimeText at={reading.since} show="age" />}</td>
    </tr>
  );
}
