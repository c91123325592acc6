import { usePlanName } from '../../api/current-plan.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { HeartbeatList } from './heartbeat-list.tsx';
import { ProbeRow } from './probe-row.tsx';
import { pageSentence } from './probe-words.ts';
import classes from './probes.module.css';
import { useHeartbeats, useProbes } from './use-probes.ts';

const EXAMPLE = `probes:
  shop:        { check: GET https://shop.example/health, every: 30s, expect: time < 2s }
  certificate: { check: "tls shop.example:443", every: 6h, expect: days_left > 14 }`;

/** What we go and ask, and what we expect to hear. */
export function ProbesPage() {
  const plan = usePlanName();
  const probes = useProbes(plan);
  const heartbeats = useHeartbeats(plan);
  const { data, error, refetch } = probes;
  const sentence = data && heartbeats.data && pageSentence(data.probes, heartbeats.data.heartbeats);
  const isEmpty = data?.probes.length === 0 && heartbeats.data?.heartbeats.length === 0;
  const groups = Map.groupBy(data?.probes ?? [], ({ service }) => service ?? '');
  return (
    <Page
      title="Probes"
      state={
        error !== null && data !== undefined ? (
          <StateMark tone="warning" word="The server does not answer: this is the last that is known." />
        ) : sentence === undefined || isEmpty ? (
          <> </>
        ) : (
          <StateMark tone={sentence.tone} word={sentence.word} />
        )
      }
    >
      {error !== null && data === undefined ? (
        <Section title="Checks">
          <ErrorState error={error} title="The probes could not be loaded" onRetry={() => void refetch()} />
        </Section>
      ) : data === undefined ? (
        <Section title="Checks">
          <RowsSkeleton rows={4} height={72} />
        </Section>
      ) : data.probes.length === 0 ? (
        <Section title="Checks">
          <EmptyState title="Nothing is looked at" snippet={EXAMPLE}>
            A dead target sends no data and is missed by whoever waits for some. Name what to ask in the plan and apply
            it:
          </EmptyState>
        </Section>
      ) : (
        [...groups].map(([service, members]) => (
          <Section key={service} title={service === '' ? 'Checks' : service} aside={members.length}>
            <ul className={classes.list}>
              {members.map((probe) => (
                <ProbeRow key={probe.name} plan={plan} probe={probe} />
              ))}
            </ul>
          </Section>
        ))
      )}
      <HeartbeatList query={heartbeats} />
    </Page>
  );
}
