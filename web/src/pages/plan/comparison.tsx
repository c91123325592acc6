import { lazy, Suspense } from 'react';
import { BlockSkeleton } from '../../kit/states.tsx';
import type { TextFile } from '../../plan-language/protocol.ts';
import classes from './plan.module.css';
import { changedFiles, fileName } from './plan-draft.ts';

const DiffView = lazy(async () => ({ default: (await import('../../plan-language/diff-view.tsx')).DiffView }));

interface ComparisonProps {
  readonly before: readonly TextFile[];
  readonly after: readonly TextFile[];
  /** Said when there is no difference. */
  readonly same: string;
}

/** Every file that differs, with its changes. */
export function Comparison({ before, after, same }: ComparisonProps) {
  const pairs = changedFiles(before, after);
  if (pairs.length === 0) return <p className={classes.quiet}>{same}</p>;
  return (
    <div className={classes.stack}>
      {pairs.map((pair) => (
        <div key={pair.path}>
          <h3 className={classes.file}>{fileName(pair.path)}</h3>
          <Suspense fallback={<BlockSkeleton height={160} />}>
            <DiffView before={pair.before} after={pair.after} label={`Changes of ${fileName(pair.path)}`} />
          </Suspense>
        </div>
      ))}
    </div>
  );
}
