import { Button, Code, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiFailure } from '#contract/client.ts';
import classes from './states.module.css';

interface EmptyStateProps {
  /** What there is none of, as a fact: "No alerts yet". */
  readonly title: string;
  /** What to do next, or why this is well. */
  readonly children: ReactNode;
  /** A command or text that works as it is. */
  readonly snippet?: string;
  readonly action?: ReactNode;
}

/** Nothing to show: teaches the next step. */
export function EmptyState({ title, children, snippet, action }: EmptyStateProps) {
  return (
    <div className={classes.box}>
      <p className={classes.title}>{title}</p>
      <div className={classes.text}>{children}</div>
      {snippet === undefined ? null : (
        <Code block className={classes.snippet} tabIndex={0}>
          {snippet}
        </Code>
      )}
      {action}
    </div>
  );
}

interface ErrorStateProps {
  readonly error: unknown;
  /** What could not be done: "The alerts could not be loaded". */
  readonly title: string;
  readonly onRetry?: () => void;
}

/** Something failed: what, why, how to mend it, and the id to find it in the log by. */
export function ErrorState({ error, title, onRetry }: ErrorStateProps) {
  const { message, hint, requestId } = describeFailure(error);
  return (
    <div className={classes.box} role="alert" data-error="">
      <p className={classes.title}>{title}</p>
      <div className={classes.text}>
        {message} {hint}
        {requestId === undefined ? null : <div className={classes.request}>Request {requestId}</div>}
      </div>
      {onRetry === undefined ? null : (
        <Button variant="default" size="sm" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** What a failure says to people; one without an answer is a lost connection. */
export function describeFailure(error: unknown): {
  readonly message: string;
  readonly hint: string;
  readonly requestId: string | undefined;
} {
  if (error instanceof ApiFailure) return { message: error.message, hint: error.hint, requestId: error.requestId };
  if (error instanceof TypeError) {
    return {
      message: 'The server does not answer.',
      hint: 'Check that Watchbill runs and that this device reaches it.',
      requestId: undefined,
    };
  }
  return { message: error instanceof Error ? error.message : String(error), hint: '', requestId: undefined };
}

/** Rows of the height that the list will have, so that nothing jumps when it comes. */
export function RowsSkeleton({ rows, height = 44 }: { readonly rows: number; readonly height?: number }) {
  return (
    <div aria-busy="true" className={classes.rows}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={index} height={height - 8} radius="sm" />
      ))}
    </div>
  );
}

/** A block of the size that its content will have. */
export function BlockSkeleton({ height }: { readonly height: number }) {
  return <Skeleton height={height} radius="sm" aria-busy="true" />;
}
