import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ErrorDetailAnswer } from '#contract/errors.ts';
import { useParameter, usePlanName } from '../../api/current-plan.ts';
import { useOverview } from '../../api/overview.ts';
import { useMay } from '../../api/session.ts';
import { RangePicker } from '../../charts/range-picker.tsx';
import type { TimeRange } from '../../charts/time-range.ts';
import { useDeployments } from '../../charts/use-deployments.ts';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { describeFailure, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { TraceLink } from '../traces/trace-link.tsx';
import { errorMessage, errorTitle, errorTone, fieldName } from './error-words.ts';
import classes from './errors.module.css';
import { StackView } from './stack-view.tsx';
import { Trend } from './trend.tsx';
import { type ErrorState as State, useChangeError, useError } from './use-errors.ts';

const RANGE: TimeRange = { kind: 'latest', name: '24h' };

/** One group of errors: where it comes from, since when, for whom, and what to do about it. */
export function ErrorPage() {
  const plan = usePlanName();
  const id = useParameter('error');
  const { data: overview } = useOverview(plan);
  const page = useTimeRange(overview, RANGE);
  const { data, error, refetch } = useError(plan, id, page);
  const deployments = useDeployments(plan, page);
  if (data === undefined) {
    return (
      <Page title="Error" state={<AllErrors plan={plan} />}>
        <Section title="Group">
          {error === null ? (
            <RowsSkeleton rows={6} />
          ) : (
            <ErrorState error={error} title="The error could not be loaded" onRetry={() => void refetch()} />
          )}
        </Section>
      </Page>
    );
  }
  const { group, latest } = data;
  const [newest] = latest;
  const message = errorMessage(group);
  const services = new Set([group.service]);
  const marks = deployments
    .filter(({ service }) => group.service === undefined || services.has(service))
    .map(({ at, service, version }) => ({ at, name: `${service} ${version}` }));
  return (
    <Page
      title={errorTitle(group)}
      state={<Standing detail={data} plan={plan} />}
      actions={<Actions plan={plan} detail={data} />}
    >
      {message === '' ? null : (
        <p className={classes.whole} data-message="">
          {message}
        </p>
      )}
      <RangePicker page={page} />
      <Section
        title="Over time"
        aside={`${plural(group.count, 'error')}${group.users === 0 ? '' : `, ${plural(group.users, 'person', 'people')}`}`}
      >
        <Trend trend={group.trend} height={96} marks={marks} />
        <p className={classes.axis}>
          <TimeText at={data.from} />
          <TimeText at={data.to} />
        </p>
      </Section>
      <div className={classes.columns}>
        <div className={classes.main}>
          <Section title="Stack" aside={newest === undefined ? undefined : <TimeText at={newest.at} show="age" />}>
            {newest === undefined ? (
              <p className={classes.emptyText}>There is no error of this group in this time. Choose a longer one.</p>
            ) : (
              <StackView key={newest.id} stack={newest.attributes['stack']} />
            )}
          </Section>
          <Section title="Latest errors" aside={latest.length === 0 ? undefined : 'newest first'}>
            <Latest plan={plan} latest={latest} />
          </Section>
        </div>
        <div className={classes.side}>
          <Section title="Releases">
            <Releases releases={data.releases} />
          </Section>
          <Section title="Values">
            <Values values={data.values} />
          </Section>
        </div>
      </div>
    </Page>
  );
}

function AllErrors({ plan }: { readonly plan: string }) {
  return (
    <Link to={paths.errors(plan)} className={classes.all}>
      All errors
    </Link>
  );
}

function Standing({ detail, plan }: { readonly detail: ErrorDetailAnswer; readonly plan: string }) {
  const { group } = detail;
  const { tone, word } = errorTone(group);
  return (
    <span className={classes.sentence}>
      <StateMark tone={tone} word={word} />
      <span>
        first seen <TimeText at={group.firstSeen} show="age" />, last <TimeText at={group.lastSeen} show="age" />
      </span>
      {group.state === 'open' && group.regressedAt !== undefined ? (
        <span>
          seen again <TimeText at={group.regressedAt} /> after it had been resolved
        </span>
      ) : group.changedBy === undefined || group.changedAt === undefined ? null : (
        <span>
          by {group.changedBy} <TimeText at={group.changedAt} />
        </span>
      )}
      {group.service === undefined ? null : <span>{group.service}</span>}
      <AllErrors plan={plan} />
    </span>
  );
}

function Actions({ plan, detail }: { readonly plan: string; readonly detail: ErrorDetailAnswer }) {
  const mayRespond = useMay('respond', plan);
  const { group } = detail;
  const change = useChangeError(plan, group);
  if (!mayRespond) return null;
  const press = (state: State, inNextRelease?: boolean): void =>
    change.mutate({ state, ...(inNextRelease === undefined ? {} : { inNextRelease }) });
  const releases = detail.releases.length > 0;
  return (
    <div className={classes.actions}>
      {group.state === 'open' ? (
        <>
          <Button loading={change.isPending} onClick={() => press('resolved')}>
            Resolve
          </Button>
          {releases ? (
            <Button variant="default" disabled={change.isPending} onClick={() => press('resolved', true)}>
              Resolve in the next release
            </Button>
          ) : null}
          <Button variant="default" disabled={change.isPending} onClick={() => press('ignored')}>
            Ignore
          </Button>
        </>
      ) : (
        <Button variant="default" loading={change.isPending} onClick={() => press('open')}>
          Open again
        </Button>
      )}
      {change.error === null ? null : (
        <p className={classes.problem} role="alert">
          {describeFailure(change.error).message} {describeFailure(change.error).hint}
        </p>
      )}
    </div>
  );
}

function Latest({ plan, latest }: { readonly plan: string; readonly latest: ErrorDetailAnswer['latest'] }) {
  if (latest.length === 0) return <p className={classes.emptyText}>None in this time.</p>;
  return (
    <ul className={classes.list}>
      {latest.map(({ id, at, user, attributes }) => {
        const trace = attributes['trace_id'];
        const where = [attributes['route'] ?? attributes['path'], attributes['release'], attributes['environment']];
        return (
          <li key={id} className={classes.one}>
            <TimeText at={at} />
            <span className={classes.what}>
              <span className={classes.message}>{String(attributes['message'] ?? attributes['type'] ?? '')}</span>
              <span className={classes.quiet}>
                {[...where, user]
                  .filter((part) => part !== undefined)
                  .map(String)
                  .join(' · ')}
              </span>
            </span>
            {typeof trace === 'string' ? <TraceLink plan={plan} trace={trace} at={at} /> : null}
          </li>
        );
      })}
    </ul>
  );
}

function Releases({ releases }: { readonly releases: ErrorDetailAnswer['releases'] }) {
  if (releases.length === 0) return <p className={classes.emptyText}>These errors do not say their release.</p>;
  return (
    <ul className={classes.list}>
      {releases.map(({ release, count, users, first, last }) => (
        <li key={release} className={classes.release}>
          <span className={classes.name}>{release}</span>
          <span className={classes.quiet}>
            {plural(count, 'error')}
            {users === 0 ? '' : `, ${plural(users, 'person', 'people')}`} · <TimeText at={first} /> to{' '}
            <TimeText at={last} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Values({ values }: { readonly values: ErrorDetailAnswer['values'] }) {
  if (values.length === 0) return <p className={classes.emptyText}>These errors have no tags.</p>;
  return (
    <dl className={classes.values}>
      {values.map(({ field, errors, values: of }) => (
        <div key={field} className={classes.field}>
          <dt>{fieldName(field)}</dt>
          {of.map(({ value, errors: count }) => (
            <dd key={value} className={classes.value}>
              <span className={classes.share} style={{ width: `${(count / errors) * 100}%` }} />
              <span className={classes.valueText}>{value}</span>
              <span className={classes.quiet} title={`${formatCount(count)} of ${formatCount(errors)}`}>
                {Math.round((count / errors) * 100)} %
              </span>
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
