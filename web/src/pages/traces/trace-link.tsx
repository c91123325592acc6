import { Button } from '@mantine/core';
import { useGo } from '../../kit/go.tsx';
import { paths } from '../../paths.ts';
import classes from './traces.module.css';

interface TraceLinkProps {
  readonly plan: string;
  readonly trace: string;
  readonly at: string;
}

/** To the trace that something belongs to; `at` is its instant. */
export function TraceLink({ plan, trace, at }: TraceLinkProps) {
  const go = useGo();
  const address = paths.trace(plan, trace, at);
  return (
    <Button
      size="xs"
      component="a"
      href={address}
      className={classes.tap}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(address);
      }}
    >
      Trace
    </Button>
  );
}
