import { useQuery } from '@tanstack/react-query';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { versionsQuery } from './plan-queries.ts';
import classes from './version-list.module.css';

interface VersionListProps {
  readonly plan: string;
  /** The one that is looked at beside the text, if any. */
  readonly shown: number | undefined;
  readonly onShow: (version: number | undefined) => void;
}

/** Who applied what when, newest first. Pressing one compares it with the one in force. */
export function VersionList({ plan, shown, onShow }: VersionListProps) {
  const { data, error, refetch } = useQuery(versionsQuery(plan));
  if (error !== null && data === undefined) {
    return <ErrorState error={error} title="The versions could not be loaded" onRetry={() => void refetch()} />;
  }
  if (data === undefined) return <RowsSkeleton rows={3} />;
  return (
    <ol className={classes.list} reversed start={data.current}>
      {data.versions.map(({ version, appliedAt, by }) => (
        <li key={version}>
          <button
            type="button"
            className={classes.version}
            aria-pressed={shown === version}
            disabled={version === data.current}
            onClick={() => onShow(shown === version ? undefined : version)}
          >
            <span className={classes.number}>{version}</span>
            <span className={classes.words}>
              <span>{version === data.current ? 'in force' : 'compare'}</span>
              <span className={classes.by}>
                <TimeText at={appliedAt} show="age" /> by {by}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
