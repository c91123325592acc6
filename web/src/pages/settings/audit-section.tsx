import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import type { AuditEntryAnswer, AuditVerificationAnswer } from '#contract/audit.ts';
import { api } from '../../api/client.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { formatMomentExact } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { actionText, actorText, auditChanges, foldBegun, outcomeTone } from './audit-words.ts';
import { FormFailure } from './field-failure.tsx';
import classes from './settings.module.css';

const PAGE = 50;

/** Who did what, the newest first, and whether it is as it was written. */
export function AuditSection() {
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit'],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) => api.get('/audit', { query: { limit: PAGE, before: pageParam }, signal }),
    getNextPageParam: (page) => (page.more ? page.entries.at(-1)?.sequence : undefined),
  });
  const verify = useMutation({ mutationFn: () => api.get('/audit/verification') });
  const pages = data?.pages ?? [];
  const entries = foldBegun(pages.flatMap((page) => page.entries));
  const broken = pages.find(({ verification }) => !verification.intact)?.verification;
  const checked = pages.reduce((sum, { verification }) => sum + verification.checked, 0);
  return (
    <Section title="Audit log" aside={data === undefined ? undefined : 'newest first'}>
      <div className={classes.bar}>
        <Button size="sm" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
          Verify the whole log
        </Button>
        <Button size="sm" variant="default" loading={isFetching && !isFetchingNextPage} onClick={() => void refetch()}>
          Look again
        </Button>
        <div role="status" className={classes.verified}>
          {verify.data !== undefined ? (
            <Verification result={verify.data} of="The whole log" />
          ) : data === undefined ? null : (
            <Verification result={broken ?? { intact: true, checked }} of="What is shown" />
          )}
        </div>
      </div>
      <FormFailure error={verify.error} />
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The audit log could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={10} height={56} />
      ) : entries.length === 0 ? (
        <EmptyState title="Nothing yet">Every sign-in, command and refusal is written here.</EmptyState>
      ) : (
        <ol className={classes.list}>
          {entries.map((entry) => (
            <Entry key={entry.sequence} entry={entry} />
          ))}
        </ol>
      )}
      {hasNextPage ? (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier entries
        </Button>
      ) : null}
    </Section>
  );
}

interface VerificationProps {
  readonly result: AuditVerificationAnswer;
  readonly of: string;
}

/** The chain's verification in words: each entry's hash covers it and the one before. */
function Verification({ result, of }: VerificationProps) {
  return result.intact ? (
    <>
      <StateMark tone="good" word="as it was written" />{' '}
      <span className={classes.quiet}>
        {of}, {plural(result.checked, 'entry', 'entries')}: none altered, none missing
      </span>
    </>
  ) : (
    <>
      <StateMark tone="critical" word="not as it was written" />{' '}
      <span>
        Entry {result.brokenAt === undefined ? '' : formatCount(result.brokenAt)} was altered, or one before it was
        taken out. Somebody has changed the database: compare with a backup.
      </span>
    </>
  );
}

function Entry({ entry }: { readonly entry: AuditEntryAnswer }) {
  const { tone, word } = outcomeTone(entry);
  const actor = actorText(entry);
  const changes = auditChanges(entry);
  return (
    <li className={classes.entry} data-sequence={entry.sequence}>
      <span className={classes.entryTime}>
        <When at={Date.parse(entry.at)} />
      </span>
      <div className={classes.what}>
        <span>
          <span className={classes.name}>{actionText(entry)}</span>
          {entry.object === undefined ? '' : ` ${entry.object}`}
          {entry.plan === undefined ? '' : `, plan ${entry.plan}`}
        </span>
        {changes.length === 0 ? null : (
          <ul className={classes.changes}>
            {changes.map(({ name, before, after }) => (
              <li key={name}>
                {name}: {before === undefined ? null : <del>{before}</del>}
                {before !== undefined && after !== undefined ? ' → ' : ''}
                {after === undefined ? null : <ins>{after}</ins>}
              </li>
            ))}
          </ul>
        )}
        <span className={classes.quiet}>
          {actor === undefined ? '' : `by ${actor}, `}from {entry.address} · entry {formatCount(entry.sequence)} ·
          request {entry.requestId}
        </span>
      </div>
      <span className={classes.entryOutcome}>
        <StateMark tone={tone} word={word} />
        {entry.code === undefined ? null : <span className={classes.quiet}>{entry.code}</span>}
      </span>
    </li>
  );
}

function When({ at }: { readonly at: number }) {
  const now = useNow(60_000);
  return <time dateTime={new Date(at).toISOString()}>{formatMomentExact(at, now)}</time>;
}
