import { useQuery } from '@tanstack/react-query';
import type { AlertDetailAnswer, EvidenceAnswer } from '#contract/alerts.ts';
import type { RuleExplanation } from '#core/explain.ts';
import { foundText } from '#core/found-text.ts';
import type { Evidence as CoreEvidence } from '#core/model.ts';
import { api } from '../../api/client.ts';
import { useLive } from '../../api/live.tsx';
import { formatAgainst, formatCount, formatThreshold } from '../../format/numbers.ts';
import { formatTime } from '../../format/times.ts';
import { CountedKeys } from '../../kit/counted-keys.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { distanceOf, liveReadingOf } from '../signals/rule-distance.ts';
import classes from './alert.module.css';
import { noDataWords } from './no-data-words.ts';
import { reasonWords } from './reason-words.ts';

const REFRESH_MS = 3_000;

interface EvidenceProps {
  readonly plan: string;
  readonly detail: AlertDetailAnswer;
}

/** Each test of the rule: what it read when it fired, and what it reads now or read when it ended. */
export function Evidence({ plan, detail }: EvidenceProps) {
  const { alert, evidence, resolvedEvidence } = detail;
  const open = alert.resolvedAt === undefined;
  const now = useStanding(plan, detail, open);
  const texts = [...new Set([...evidence, ...(resolvedEvidence ?? [])].map(({ text }) => text))];
  return (
    <>
      <p className={classes.reason}>
        Fired <TimeText at={alert.openedAt} />: {reasonWords('condition-true')}.
        {alert.resolvedAt === undefined || alert.resolvedBecause === undefined ? null : (
          <>
            {' '}
            Ended <TimeText at={alert.resolvedAt} />: {reasonWords(alert.resolvedBecause)}.
          </>
        )}
      </p>
      <div className={classes.tableBox}>
        <table className={classes.evidence}>
          <thead>
            <tr>
              <th scope="col">Test</th>
              <th scope="col">When it fired</th>
              <th scope="col">{open ? 'Now' : 'When it ended'}</th>
            </tr>
          </thead>
          <tbody>
            {texts.map((text) => {
              const then = evidence.find((one) => one.text === text);
              const end = resolvedEvidence?.find((one) => one.text === text);
              const current = now?.find((one) => one.text === text);
              return (
                <tr key={text}>
                  <th scope="row">
                    <code>{text}</code>
                  </th>
                  <td data-label="when it fired">
                    <Then evidence={then} />
                  </td>
                  <td data-label={open ? 'now' : 'when it ended'}>
                    {open ? <Now evidence={current} group={alert.group} /> : <Then evidence={end} />}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The rule's tests in the alert's group as they stand now. */
function useStanding(plan: string, { alert }: AlertDetailAnswer, open: boolean): readonly CoreEvidence[] | undefined {
  const { data } = useQuery({
    queryKey: ['rule-standing', plan, alert.rule],
    queryFn: async ({ signal }) => {
      const { explanation } = await api.get('/plans/{plan}/explain/{subject}', {
        params: { plan, subject: alert.rule },
        signal,
      });
      return (explanation ?? null) as RuleExplanation | null;
    },
    refetchInterval: REFRESH_MS,
    enabled: open,
  });
  const group = JSON.stringify(alert.group);
  return data?.kind === 'rule' ? data.groups.find((one) => one.group === group)?.evidence : undefined;
}

function Then({ evidence }: { readonly evidence: EvidenceAnswer | undefined }) {
  if (evidence === undefined) return <span className={classes.quiet}>–</span>;
  const { state, value, unit, sampleSize, needed, truth, reason, against } = evidence;
  return (
    <>
      <strong>
        {state === 'no data'
          ? noDataWords(reason)
          : value === undefined
            ? evidence.shown
            : formatAgainst(
                value,
                against.map((one) => one.value),
                unit,
              )}
      </strong>
      <span className={classes.quiet}>
        {sampleSize > 0
          ? ` n ${formatCount(sampleSize)}${needed === undefined ? '' : ` of ${formatCount(needed)}`}`
          : ''}
        {against.length === 0 ? '' : ` · limit ${against.map((one) => formatThreshold(one.value, unit)).join(' and ')}`}{' '}
        · {truth === 'true' ? 'met' : truth === 'false' ? 'not met' : 'cannot be judged'}
      </span>
      {evidence.keys === undefined ? null : <CountedKeys {...evidence.keys} />}
    </>
  );
}

function Now({ evidence, group }: { readonly evidence: CoreEvidence | undefined; readonly group: readonly string[] }) {
  const live = useLive((snapshot) => liveReadingOf(evidence, group, snapshot.signals));
  if (evidence === undefined) return <span className={classes.quiet}>–</span>;
  const { met, value: read, samples, away } = distanceOf(evidence, live);
  // What people found is told in their words.
  const value = read ?? (evidence.vouched === undefined ? undefined : foundText(evidence, (at) => formatTime(at)));
  return (
    <span data-live="">
      {value === undefined ? null : <strong>{value}</strong>}
      <span className={classes.quiet}>
        {samples === undefined ? '' : ` ${samples}`}
        {value === undefined ? '' : ' · '}
        {met === true ? 'still met' : met === undefined ? 'cannot be judged' : 'no longer met'}
        {away === undefined || met !== false ? '' : `, ${away}`}
        {value !== undefined || evidence.since === undefined ? null : (
          <>
            {' '}
            since <TimeText at={evidence.since} />
          </>
        )}
      </span>
      {live?.keys === undefined ? null : <CountedKeys {...live.keys} />}
    </span>
  );
}
