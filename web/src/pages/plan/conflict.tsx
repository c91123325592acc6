import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { TimeText } from '../../kit/time-text.tsx';
import type { TextFile } from '../../plan-language/protocol.ts';
import { Comparison } from './comparison.tsx';
import classes from './plan.module.css';
import { versionQuery } from './plan-queries.ts';

interface ConflictProps {
  readonly plan: string;
  readonly base: number;
  readonly current: number;
  readonly mine: readonly TextFile[];
  /** Goes on with one's own text, now knowing theirs. */
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
}

/** Somebody was faster: their text, ours beside it, and nothing is lost before one chooses. */
export function Conflict({ plan, base, current, mine, onKeepMine, onTakeTheirs }: ConflictProps) {
  const [comparing, setComparing] = useState(false);
  const { data: theirs } = useQuery(versionQuery(plan, current));
  return (
    <div className={classes.conflict} role="alert" data-conflict="">
      <p>
        <strong>
          Version {current} came while you wrote on version {base}.
        </strong>{' '}
        {theirs === undefined ? null : (
          <>
            {theirs.by} applied it <TimeText at={theirs.appliedAt} show="age" />.{' '}
          </>
        )}
        Your text is kept. Compare the two, bring over what you want to keep of theirs, and go on with yours.
      </p>
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => setComparing(!comparing)} aria-expanded={comparing}>
          {comparing ? 'Hide the comparison' : 'Compare theirs with yours'}
        </Button>
        <Button variant="default" onClick={onKeepMine}>
          Go on with mine
        </Button>
        <Button variant="default" onClick={onTakeTheirs}>
          Take theirs
        </Button>
      </div>
      {comparing && theirs !== undefined ? (
        <Comparison before={theirs.files} after={mine} same="The two texts are the same." />
      ) : null}
    </div>
  );
}
