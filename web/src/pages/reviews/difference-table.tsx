import { Button, Table } from '@mantine/core';
import { useState } from 'react';
import type { ListDifferenceAnswer } from '#contract/comparisons.ts';
import { formatCount, formatNumber, plural } from '../../format/numbers.ts';
import { TimeText } from '../../kit/time-text.tsx';
import { differenceText } from './review-words.ts';
import classes from './reviews.module.css';

const AT_ONCE = 100;

interface DifferenceTableProps {
  readonly keyName: string;
  readonly differences: readonly ListDifferenceAnswer[];
  /** Of which these are the first. */
  readonly count: number;
}

/** What differs, a row for each key. Whatever was uploaded is shown as text. */
export function DifferenceTable({ keyName, differences, count }: DifferenceTableProps) {
  const [most, setMost] = useState(AT_ONCE);
  const shown = differences.slice(0, most);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways where values are long */}
      <section className={classes.tableBox} tabIndex={0} aria-label="Rows that differ">
        <Table className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{keyName}</Table.Th>
              <Table.Th scope="col">What differs</Table.Th>
              <Table.Th scope="col">In the list</Table.Th>
              <Table.Th scope="col">In the system</Table.Th>
              <Table.Th scope="col">Where</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((one) => (
              <Table.Tr key={one.key} data-kind={one.kind}>
                <Table.Th scope="row">{one.key}</Table.Th>
                <Table.Td data-name="What differs">{differenceText(one)}</Table.Td>
                <Table.Td data-name="In the list">
                  <Values difference={one} side="list" />
                </Table.Td>
                <Table.Td data-name="In the system">
                  <Values difference={one} side="system" />
                </Table.Td>
                <Table.Td data-name="Where" className={classes.quiet}>
                  <div>
                    {one.lines.length === 0 ? null : (
                      <span>
                        line {one.lines.join(', ')}
                        {one.at === undefined ? '' : ', '}
                      </span>
                    )}
                    {one.at === undefined ? null : <TimeText at={one.at} />}
                  </div>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {most < differences.length ? (
        <div className={classes.actions}>
          <Button variant="default" size="sm" onClick={() => setMost(most + AT_ONCE)}>
            Show more
          </Button>
          <span className={classes.quiet}>
            {formatCount(shown.length)} of {formatCount(count)}
          </span>
        </div>
      ) : count > differences.length ? (
        <p className={classes.quiet}>{plural(count - differences.length, 'more difference')} not shown here.</p>
      ) : null}
    </>
  );
}

function Values({ difference, side }: { readonly difference: ListDifferenceAnswer; readonly side: 'list' | 'system' }) {
  const { values, inList, inSystem } = difference;
  if ((side === 'list' ? inList : inSystem) === 0) return <span className={classes.quiet}>not there</span>;
  return (
    <div>
      {values.map((value) => (
        <div key={value.field}>
          <span className={classes.quiet}>{value.field}</span> <Shown value={value[side]} />
        </div>
      ))}
    </div>
  );
}

function Shown({ value }: { readonly value: string | number | boolean | undefined }) {
  if (value === undefined || value === '') return <span className={classes.quiet}>nothing</span>;
  return <strong>{typeof value === 'number' ? formatNumber(value) : String(value)}</strong>;
}
