import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { AlertExplanation, RuleExplanation } from '#core/explain.ts';
import { explanationLines } from '#core/explain-text.ts';
import { api } from '../api/client.ts';
import { formatMomentExact } from '../format/times.ts';
import classes from './reason-panel.module.css';
import { ErrorState, RowsSkeleton } from './states.tsx';

interface ReasonPanelProps {
  /** What the button says: usually a state's mark. */
  readonly children: ReactNode;
  /** Names the button for screen readers: "Why is error_rate off target?" */
  readonly label: string;
  readonly title: string;
  /** The reason and what stands behind it; made only while the panel is open. */
  readonly content: () => ReactNode;
}

/** A state that says why when it is asked: a button that opens the named reason with the readings behind it. */
export function ReasonPanel({ children, label, title, content }: ReasonPanelProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <button type="button" className={classes.button} aria-label={label} onClick={() => setOpened(true)}>
        {children}
      </button>
      {opened ? (
        <Drawer
          opened
          onClose={() => setOpened(false)}
          title={title}
          position="right"
          size="md"
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          {content()}
        </Drawer>
      ) : null}
    </>
  );
}

interface ExplanationProps {
  readonly plan: string;
  /** An alert, such as `A-12`, or the name of a rule. */
  readonly subject: string;
}

/** What the core says about an alert or a rule, line by line, as `watchbill explain` does. */
export function Explanation({ plan, subject }: ExplanationProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['explanation', plan, subject],
    queryFn: ({ signal }) => api.get('/plans/{plan}/explain/{subject}', { params: { plan, subject }, signal }),
  });
  if (error !== null) {
    return <ErrorState error={error} title="The reasons could not be loaded" onRetry={() => void refetch()} />;
  }
  if (data === undefined) return <RowsSkeleton rows={4} height={32} />;
  if (!data.found) return <p className={classes.none}>Nothing is recorded about {subject} yet.</p>;
  const explanation = data.explanation as AlertExplanation | RuleExplanation;
  return (
    <div className={classes.lines}>
      {explanationLines(explanation, (instant) => formatMomentExact(instant, Date.now())).map((line, index) => (
        <p
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity, and are drawn anew together
          key={index}
          className={classes.line}
          style={{ paddingInlineStart: `${(line.length - line.trimStart().length) * 6}px` }}
        >
          {line.trimStart()}
        </p>
      ))}
    </div>
  );
}
