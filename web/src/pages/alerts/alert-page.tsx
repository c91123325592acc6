import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AlertDetailAnswer, AlertSummary } from '#contract/alerts.ts';
import { ApiFailure } from '#contract/client.ts';
import { useAcknowledge } from '../../api/acknowledge.ts';
import { useParameter, usePlanName } from '../../api/current-plan.ts';
import { useLive } from '../../api/live.tsx';
import { useOverview } from '../../api/overview.ts';
import { useMay } from '../../api/session.ts';
import { LinkedCursors } from '../../charts/cursor.tsx';
import { formatSpan } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { Page, Section } from '../../kit/page.tsx';
import { Explanation, ReasonPanel } from '../../kit/reason-panel.tsx';
import { useShortcut } from '../../kit/shortcuts.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, EmptyState, ErrorState } from '../../kit/states.tsx';
import { alertTone } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import classes from './alert.module.css';
import { AlertCharts } from './alert-charts.tsx';
import { AlertMessages } from './alert-messages.tsx';
import { AlertTimeline } from './alert-timeline.tsx';
import { DeployedBefore } from './deployed-before.tsx';
import { Evidence } from './evidence.tsx';
import { NextAction } from './next-action.tsx';
import { RunbookText } from './runbook-text.tsx';
import { SilenceDialog } from './silence-dialog.tsx';
import { useAlert } from './use-alerts.ts';

/** One alert: what it is, why, what to do, what happened, and who was told. */
export function AlertPage() {
  const plan = usePlanName();
  const id = useParameter('alert');
  const { data, error, refetch } = useAlert(plan, id);
  if (data === undefined && error !== null) {
    const missing = error instanceof ApiFailure && (error.status === 404 || error.status === 400);
    return (
      <Page title={id}>
        {missing ? (
          <EmptyState title={`There is no alert ${id}`}>
            Alerts are numbered from A-1 on in each plan. <Link to={paths.alerts(plan)}>All alerts</Link>
          </EmptyState>
        ) : (
          <ErrorState error={error} title="The alert could not be loaded" onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  if (data === undefined) {
    return (
      <Page title={id} state=" ">
        <BlockSkeleton height={84} />
        <BlockSkeleton height={420} />
      </Page>
    );
  }
  return (
    <LinkedCursors key={id}>
      <Loaded plan={plan} detail={data} />
    </LinkedCursors>
  );
}

function Loaded({ plan, detail }: { readonly plan: string; readonly detail: AlertDetailAnswer }) {
  const { alert } = detail;
  const { data: overview } = useOverview(plan);
  const may = useMay('respond', plan);
  const [silencing, setSilencing] = useState(false);
  const acknowledge = useAcknowledge(plan);
  const open = alert.state !== 'resolved';
  const canAcknowledge = may && open && alert.acknowledged === undefined;
  const doAcknowledge = (): void => acknowledge.mutate({ alert: alert.alert, version: alert.version });
  useShortcut('a', 'acknowledge this alert', canAcknowledge ? doAcknowledge : undefined);
  const name = `${alert.rule}${alert.group.length === 0 ? '' : ` (${alert.group.join(', ')})`}`;
  const rule = overview?.rules.find((one) => one.name === alert.rule);
  const buttons = !may ? undefined : (
    <>
      {canAcknowledge ? (
        <Button className={classes.first} loading={acknowledge.isPending} onClick={doAcknowledge} title="a">
          Acknowledge
        </Button>
      ) : null}
      <Button variant="default" className={classes.second} onClick={() => setSilencing(true)}>
        Silence…
      </Button>
    </>
  );
  return (
    <Page title={`${alert.alert} ${name}`} state={<Sentence plan={plan} alert={alert} />}>
      <NextAction
        plan={plan}
        detail={detail}
        overview={overview}
        may={may}
        error={acknowledge.error}
        buttons={buttons}
      />
      <div className={classes.columns}>
        <div className={classes.column}>
          <Section title="Why">
            <DeployedBefore plan={plan} openedAt={Date.parse(alert.openedAt)} service={rule?.service} />
            <Evidence plan={plan} detail={detail} />
          </Section>
          <AlertCharts plan={plan} detail={detail} overview={overview} />
          <Section title="What happened">
            <AlertTimeline detail={detail} />
          </Section>
        </div>
        <div className={classes.column}>
          <Section
            title="Who was told"
            aside={detail.notifications.length === 0 ? undefined : detail.notifications.length}
          >
            <AlertMessages plan={plan} detail={detail} />
          </Section>
          <Section title="The rule">
            {detail.condition === undefined ? (
              <p className={classes.quiet}>The plan in force does not have this rule any more.</p>
            ) : (
              <code className={classes.code}>{detail.condition}</code>
            )}
            <dl className={classes.facts}>
              <Row name="Severity">{alert.severity}</Row>
              {rule?.service === undefined ? null : <Row name="Service">{rule.service}</Row>}
              {alert.group.length === 0 || rule === undefined ? null : (
                <Row name={rule.by.join(', ')}>{alert.group.join(', ')}</Row>
              )}
              {detail.runbook === undefined ? null : (
                <Row name="Runbook">
                  <RunbookText text={detail.runbook} />
                </Row>
              )}
              {rule?.unless === undefined ? null : <Row name="Quiet while">{rule.unless} fires</Row>}
              {rule?.needs === undefined ? null : <Row name="Quiet while down">{rule.needs.join(', ')}</Row>}
              <Row name="Reads">
                {rule === undefined || rule.signals.length === 0
                  ? '–'
                  : rule.signals.map((signal, index) => (
                      <span key={signal}>
                        {index === 0 ? '' : ', '}
                        <Link to={paths.signal(plan, signal)} className="wb-alone">
                          {signal}
                        </Link>
                      </span>
                    ))}
              </Row>
              <Row name="Plan">version {alert.planVersion}</Row>
            </dl>
          </Section>
        </div>
      </div>
      {may && open ? <div className={classes.bar}>{buttons}</div> : null}
      {silencing ? <SilenceDialog plan={plan} about={alert} onClose={() => setSilencing(false)} /> : null}
    </Page>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Sentence({ plan, alert }: { readonly plan: string; readonly alert: AlertSummary }) {
  const { tone, word } = alertTone(alert);
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const opened = Date.parse(alert.openedAt);
  const lasted = formatSpan((alert.resolvedAt === undefined ? now + offset : Date.parse(alert.resolvedAt)) - opened);
  return (
    <span className={classes.sentence} data-live="">
      <ReasonPanel
        label={`${alert.alert}: ${word}. Why?`}
        title={`Why: ${alert.alert}`}
        content={() => <Explanation plan={plan} subject={alert.alert} />}
      >
        <StateMark tone={tone} word={word} />
      </ReasonPanel>
      <span>{alert.resolvedAt === undefined ? `for ${lasted}` : `lasted ${lasted}`}</span>
      <span>{alert.severity}</span>
      {alert.flapping ? <span>flapping: it fires and resolves too often</span> : null}
    </span>
  );
}
