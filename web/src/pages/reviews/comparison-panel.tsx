import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ComparisonAnswer, ComparisonDetailAnswer } from '#contract/comparisons.ts';
import { wasSlower } from '../../api/acknowledge.ts';
import { useMay } from '../../api/session.ts';
import { plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { describeFailure, EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { DifferenceTable } from './difference-table.tsx';
import { NoteForm } from './note-form.tsx';
import { comparisonTone, spanText } from './review-words.ts';
import classes from './reviews.module.css';
import { UploadForm } from './upload-form.tsx';
import { useComparison, useComparisonCommand } from './use-reviews.ts';

interface ComparisonPanelProps {
  readonly plan: string;
  readonly comparison: ComparisonAnswer;
}

/** A comparison: what came of the latest list, what differs, and the next list. */
export function ComparisonPanel({ plan, comparison: listed }: ComparisonPanelProps) {
  const { data, error, refetch } = useComparison(plan, listed.name);
  const { upload, comparison = listed } = data ?? {};
  return (
    <>
      <Section title={comparison.name}>
        <p className={classes.about}>
          {comparison.source} by {comparison.key}, {spanText(comparison)}; asked: {comparison.by.text}
        </p>
        {error === null || data === undefined ? null : (
          <p role="status">
            <StateMark tone="warning" word="The server does not answer: this is the last that is known." />
          </p>
        )}
        {data !== undefined ? (
          <>
            <Standing detail={data} />
            <Next plan={plan} detail={data} />
          </>
        ) : error === null ? (
          <RowsSkeleton rows={5} height={48} />
        ) : (
          <ErrorState error={error} title="The comparison could not be loaded" onRetry={() => void refetch()} />
        )}
      </Section>
      {upload === undefined || upload.shown.length === 0 ? null : (
        <Section title="What differs" aside={plural(upload.differences, 'difference')}>
          <DifferenceTable keyName={comparison.key} differences={upload.shown} count={upload.differences} />
        </Section>
      )}
    </>
  );
}

function Standing({ detail: { comparison, upload } }: { readonly detail: ComparisonDetailAnswer }) {
  const { tone, word } = comparisonTone(comparison);
  const { said } = comparison;
  return (
    <div className={classes.standing} data-comparison-state={comparison.state}>
      <p className={classes.verdict}>
        <StateMark tone={tone} word={word} />
        {said === undefined ? null : (
          <span>
            {said.note === undefined ? null : <span className={classes.said}>{said.note} </span>}
            <span className={classes.quiet}>
              {said.by}, <TimeText at={said.at} />
            </span>
          </span>
        )}
      </p>
      {upload === undefined ? null : (
        <p className={classes.quiet}>
          {plural(upload.rows, 'line')} against {plural(upload.events, 'event')} of {comparison.source} from{' '}
          <TimeText at={upload.from} /> to <TimeText at={upload.to} />: {plural(upload.equal, 'key')} agree
          {upload.equal === 1 ? 's' : ''}.
          {upload.withoutKey === 0
            ? null
            : ` ${plural(upload.withoutKey, 'event')} without ${comparison.key} ${upload.withoutKey === 1 ? 'was' : 'were'} not compared.`}
        </p>
      )}
      {comparison.open.map((list) => (
        <p key={`${list.from} ${list.at}`} className={classes.quiet}>
          {plural(list.differences, 'difference')} from <TimeText at={list.from} /> to <TimeText at={list.to} /> not
          settled, of a list that {list.by} brought <TimeText at={list.at} />.
        </p>
      ))}
    </div>
  );
}

interface NextProps {
  readonly plan: string;
  readonly detail: ComparisonDetailAnswer;
}

/** What may be done: compare a list, settle what differs, say that there is none. */
function Next({ plan, detail: { comparison, segmentsWaiting } }: NextProps) {
  const may = useMay('respond', plan);
  const close = useComparisonCommand(plan, comparison.name);
  const [asking, setAsking] = useState<'settle' | 'not-available'>();
  const [again, setAgain] = useState(false);
  const { state, span, version } = comparison;
  if (span === 'not-begun' && state === 'waiting') return <NotBegun comparison={comparison} />;
  if (!may) return <p className={classes.quiet}>To compare a list takes somebody who may acknowledge alerts.</p>;
  if (asking !== undefined) {
    const isSettling = asking === 'settle';
    const send = (note: string): void =>
      close.mutate({ kind: asking, note, expectedVersion: version }, { onSuccess: () => setAsking(undefined) });
    return (
      <>
        <NoteForm
          label={isSettling ? 'How was it settled?' : 'Why is there no list?'}
          placeholder={isSettling ? 'The till was corrected' : 'Nobody wrote the sales down by hand'}
          does={isSettling ? 'It is settled' : 'There is no list'}
          busy={close.isPending}
          onSend={send}
          onCancel={() => setAsking(undefined)}
        />
        {close.error === null ? null : (
          <p className={classes.problem} role="alert">
            {describeFailure(close.error).message}{' '}
            {wasSlower(close.error) ? 'This is how it stands now.' : describeFailure(close.error).hint}
          </p>
        )}
      </>
    );
  }
  const none = (
    <Button variant="default" onClick={() => setAsking('not-available')}>
      There is no list
    </Button>
  );
  if (state === 'waiting' || again) {
    const cancel = (
      <Button variant="default" onClick={() => setAgain(false)}>
        Cancel
      </Button>
    );
    return (
      <>
        <UploadForm plan={plan} comparison={comparison} beside={again ? cancel : none} onDone={() => setAgain(false)} />
        {segmentsWaiting > 1 ? (
          <p className={classes.quiet}>
            {plural(segmentsWaiting, 'part')} of the data still on the way: a list that is compared now would miss what
            is in them.
          </p>
        ) : null}
      </>
    );
  }
  return (
    <div className={classes.actions}>
      {state === 'different' ? <Button onClick={() => setAsking('settle')}>Settle what differs</Button> : null}
      <Button variant="default" onClick={() => setAgain(true)}>
        {state === 'not-applicable' ? 'Compare a list after all' : 'Compare another list'}
      </Button>
    </div>
  );
}

function NotBegun({ comparison: { from } }: { readonly comparison: ComparisonAnswer }) {
  return (
    <EmptyState title="It has not begun">
      {from === undefined ? (
        'There is nothing to compare before the launch; the plan waits for it.'
      ) : (
        <>
          Lists are compared from <TimeText at={from} /> on.
        </>
      )}
    </EmptyState>
  );
}
