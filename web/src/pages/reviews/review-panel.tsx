import { useEffect, useState } from 'react';
import type { ReviewAnswer, SampleAnswer } from '#contract/reviews.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import type { Tone } from '../../kit/tone.ts';
import { nextWaiting, sampleTone, spanText, wantedText } from './review-words.ts';
import classes from './reviews.module.css';
import { SampleCard } from './sample-card.tsx';
import { useSamples } from './use-reviews.ts';

/** A review: how far it is, the sample that is looked at, and all of them. */
export function ReviewPanel({ plan, review: listed }: { readonly plan: string; readonly review: ReviewAnswer }) {
  const { data, error, refetch } = useSamples(plan, listed.name);
  const review = data?.review ?? listed;
  const samples = data?.samples ?? [];
  const [chosen, setChosen] = useState<string>();
  const first = nextWaiting(samples, undefined) ?? samples[0]?.sample;
  const shown = samples.find(({ sample }) => sample === chosen) ?? samples.find(({ sample }) => sample === first);
  // What is looked at stays in place, also when others come.
  useEffect(() => setChosen(shown?.sample), [shown?.sample]);
  const place = samples.findIndex(({ sample }) => sample === shown?.sample);
  const go = (step: 1 | -1): void => {
    const next = samples[(place + step + samples.length) % samples.length];
    if (next !== undefined) setChosen(next.sample);
  };
  return (
    <Section title={review.name}>
      <p className={classes.about}>
        {wantedText(review)} of {review.source}, {spanText(review)}; asked: {review.by.text}
      </p>
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The samples could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={6} height={48} />
      ) : samples.length === 0 || shown === undefined ? (
        review.unread === undefined ? (
          <NoSamples review={review} />
        ) : (
          <EmptyState title="The samples cannot be read now">{review.unread} Nothing was judged yet.</EmptyState>
        )
      ) : (
        <>
          {error === null ? null : (
            <p role="status">
              <StateMark tone="warning" word="The server does not answer: this is the last that is known." />
            </p>
          )}
          {review.unread === undefined ? null : (
            <p role="status">
              <StateMark tone="warning" word={`Only what was judged is known now: ${review.unread}`} />
            </p>
          )}
          <Progress samples={samples} />
          <div className={classes.columns}>
            <SampleCard
              key={shown.sample}
              plan={plan}
              review={review}
              sample={shown}
              place={place + 1}
              of={samples.length}
              onGo={go}
              onJudged={() => setChosen(nextWaiting(samples, shown.sample) ?? shown.sample)}
            />
            <SampleList samples={samples} chosen={shown.sample} onChoose={setChosen} />
          </div>
        </>
      )}
    </Section>
  );
}

function NoSamples({ review }: { readonly review: ReviewAnswer }) {
  if (review.span !== 'not-begun') {
    return (
      <EmptyState title="No sample yet">
        {review.span === 'closed' ? 'There was' : 'There is'} no event of {review.source} in {spanText(review)}. As soon
        as one comes it stands here.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="It has not begun">
      {review.from === undefined ? (
        'Samples are chosen from the launch on; the plan waits for it.'
      ) : (
        <>
          Samples are chosen from <TimeText at={review.from} /> on.
        </>
      )}
    </EmptyState>
  );
}

const parts = ['right', 'settled', 'wrong'] as const;

/** How many are judged, and how. */
function Progress({ samples }: { readonly samples: readonly SampleAnswer[] }) {
  const judged = samples.filter(({ verdict }) => verdict !== undefined).length;
  const counts = parts
    .map((state) => ({ state, count: samples.filter(({ verdict }) => verdict?.state === state).length }))
    .filter(({ count }) => count > 0);
  const tones: Readonly<Record<(typeof parts)[number], Tone>> = {
    right: 'good',
    settled: 'neutral',
    wrong: 'critical',
  };
  return (
    <div className={classes.progress}>
      <div className={classes.progressWords} data-progress={`${judged} of ${samples.length}`}>
        <span>
          {formatCount(judged)} of {plural(samples.length, 'sample')} judged
        </span>
        {counts.map(({ state, count }) => (
          <StateMark key={state} tone={tones[state]} word={`${formatCount(count)} ${state}`} />
        ))}
      </div>
      <div className={classes.bar} aria-hidden="true">
        {counts.map(({ state, count }) => (
          <span key={state} data-part={state} style={{ flexGrow: count }} />
        ))}
        <span data-part="open" style={{ flexGrow: samples.length - judged }} />
      </div>
    </div>
  );
}

interface SampleListProps {
  readonly samples: readonly SampleAnswer[];
  readonly chosen: string;
  readonly onChoose: (sample: string) => void;
}

function SampleList({ samples, chosen, onChoose }: SampleListProps) {
  return (
    <nav aria-label="Samples" className={classes.queue}>
      <ol className={classes.list}>
        {samples.map((sample) => {
          const { tone, word } = sampleTone(sample);
          return (
            <li key={sample.sample}>
              <button
                type="button"
                className={classes.queued}
                aria-current={sample.sample === chosen ? 'true' : undefined}
                onClick={() => onChoose(sample.sample)}
              >
                <StateMark tone={tone} word={word} quiet />
                <span className={classes.label}>{sample.label}</span>
                <span className={classes.quiet}>{sample.at === undefined ? 'gone' : <TimeText at={sample.at} />}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
