import { Button, Kbd } from '@mantine/core';
import { useState } from 'react';
import type { ReviewAnswer, SampleAnswer } from '#contract/reviews.ts';
import { wasSlower } from '../../api/acknowledge.ts';
import { useMay } from '../../api/session.ts';
import { formatNumber } from '../../format/numbers.ts';
import { useShortcut } from '../../kit/shortcuts.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { describeFailure } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { NoteForm } from './note-form.tsx';
import { sampleTone } from './review-words.ts';
import classes from './reviews.module.css';
import { useJudge, type Verdict } from './use-reviews.ts';

interface SampleCardProps {
  readonly plan: string;
  readonly review: ReviewAnswer;
  readonly sample: SampleAnswer;
  /** Its place in the queue, from 1 on, and how many there are. */
  readonly place: number;
  readonly of: number;
  readonly onGo: (step: 1 | -1) => void;
  readonly onJudged: () => void;
}

/** One sample with the question, what there is to see of it, and what may be said of it. */
export function SampleCard({ plan, review, sample, place, of, onGo, onJudged }: SampleCardProps) {
  const may = useMay('respond', plan);
  const judge = useJudge(plan, review.name);
  const [asking, setAsking] = useState<'wrong' | 'settled'>();
  const state = sample.verdict?.state;
  const say = (verdict: Verdict, note?: string): void => {
    judge.mutate(
      { sample, verdict, ...(note === undefined ? {} : { note }) },
      {
        onSuccess: () => {
          setAsking(undefined);
          onJudged();
        },
      },
    );
  };
  const canRight = may && state !== 'right' && !judge.isPending;
  const canWrong = may && state !== 'wrong';
  const canSettle = may && state === 'wrong';
  useShortcut('r', 'the sample is right', canRight ? () => say('right') : undefined);
  useShortcut('w', 'the sample is wrong', canWrong ? () => setAsking('wrong') : undefined);
  useShortcut('s', 'what was wrong is settled', canSettle ? () => setAsking('settled') : undefined);
  useShortcut('ArrowRight', 'next sample', of > 1 ? () => onGo(1) : undefined);
  useShortcut('ArrowLeft', 'previous sample', of > 1 ? () => onGo(-1) : undefined);
  const { tone, word } = sampleTone(sample);
  return (
    <article
      className={classes.card}
      aria-label={`Sample ${place} of ${of}: ${sample.label}`}
      data-sample={sample.sample}
    >
      <header className={classes.cardHead}>
        <span className={classes.quiet}>
          {place} of {of}
        </span>
        <span className={classes.steps}>
          <Button variant="default" size="compact-sm" disabled={of < 2} onClick={() => onGo(-1)}>
            Previous
          </Button>
          <Button variant="default" size="compact-sm" disabled={of < 2} onClick={() => onGo(1)}>
            Next
          </Button>
        </span>
      </header>
      <h3 className={classes.ask}>{review.ask ?? 'Is this as it should be?'}</h3>
      {sample.fields.length === 0 ? (
        <p className={classes.quiet}>
          {review.unread === undefined
            ? `${sample.label} is not kept any more; what was said of it is.`
            : `${sample.label} cannot be read now; what was said of it stands.`}
        </p>
      ) : (
        <dl className={classes.fields}>
          {sample.fields.map(({ field, value }) => (
            <div key={field} className={classes.field}>
              <dt>{field}</dt>
              <dd>
                <Value value={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <div className={classes.verdict} aria-live="polite">
        <StateMark tone={tone} word={word} />
        {sample.at === undefined || sample.verdict !== undefined ? null : (
          <span className={classes.quiet}>
            came <TimeText at={sample.at} />
          </span>
        )}
        {sample.verdict === undefined ? null : (
          <span>
            {sample.verdict.note === undefined ? null : <span className={classes.said}>{sample.verdict.note} </span>}
            <span className={classes.quiet}>
              {sample.verdict.by}, <TimeText at={sample.verdict.at} />
            </span>
          </span>
        )}
      </div>
      {judge.error === null ? null : (
        <p className={classes.problem} role="alert">
          {describeFailure(judge.error).message}{' '}
          {wasSlower(judge.error) ? 'This is how it stands now.' : describeFailure(judge.error).hint}
        </p>
      )}
      {!may ? (
        <p className={classes.quiet}>To judge takes somebody who may acknowledge alerts.</p>
      ) : asking !== undefined ? (
        <NoteForm
          label={asking === 'wrong' ? 'What is wrong?' : 'How was it settled?'}
          placeholder={asking === 'wrong' ? 'There is no such branch' : 'Corrected in the till by Ravi'}
          does={asking === 'wrong' ? 'It is wrong' : 'It is settled'}
          busy={judge.isPending}
          onSend={(note) => say(asking, note)}
          onCancel={() => setAsking(undefined)}
        />
      ) : (
        <div className={classes.actions}>
          {canSettle ? (
            <Button rightSection={<Key name="s" />} onClick={() => setAsking('settled')}>
              Settled
            </Button>
          ) : null}
          {state === 'right' ? null : (
            <Button
              variant={canSettle ? 'default' : 'filled'}
              loading={judge.isPending}
              rightSection={<Key name="r" />}
              onClick={() => say('right')}
            >
              Right
            </Button>
          )}
          {canWrong ? (
            <Button variant="default" rightSection={<Key name="w" />} onClick={() => setAsking('wrong')}>
              Wrong
            </Button>
          ) : null}
        </div>
      )}
    </article>
  );
}

/** The key that does it; fingers have none. */
function Key({ name }: { readonly name: string }) {
  return (
    <Kbd className={classes.key} aria-hidden="true">
      {name}
    </Kbd>
  );
}

function Value({ value }: { readonly value: string | number | boolean | undefined }) {
  if (value === undefined || value === '') return <span className={classes.quiet}>nothing</span>;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? formatNumber(value) : value;
}
