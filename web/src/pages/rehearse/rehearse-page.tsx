import { Button, NativeSelect } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { RehearsalResult } from '#contract/rehearsals.ts';
import { api } from '../../api/client.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useMay } from '../../api/session.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, EmptyState, ErrorState } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import type { EditorHandle } from '../../plan-language/plan-editor.tsx';
import type { TextFile } from '../../plan-language/protocol.ts';
import { useCheck } from '../../plan-language/use-check.ts';
import { Findings } from '../plan/findings.tsx';
import { loadDraft, storeDraft, withFile } from '../plan/plan-draft.ts';
import { versionQuery } from '../plan/plan-queries.ts';
import { Expectations } from './expectations.tsx';
import { Happenings } from './happenings.tsx';
import classes from './rehearse.module.css';
import { Scrubber } from './scrubber.tsx';
import { offsetWords, percentOf } from './timeline.ts';
import { type RehearsalState, useRehearsal } from './use-rehearsal.ts';

const PlanEditor = lazy(async () => ({ default: (await import('../../plan-language/plan-editor.tsx')).PlanEditor }));
const EDITOR_HEIGHT = 420;
/** The address is written this long after the last move. */
const ADDRESS_MS = 250;

const NEW_SCENARIO: TextFile = {
  path: 'new.scenario.yaml',
  text: `scenario: What is played
until: T+30m
steps:
  - at T+0:
      - load requests at 20/s with status = 500 in 1%, status = 200, duration around 80ms
  # What you expect, such as:
  # - at T+10m: expect no page
`,
};

const scenariosQuery = (plan: string) =>
  queryOptions({
    queryKey: ['scenarios', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/scenarios', { params: { plan }, signal }),
  });

/** Plays a scenario of the plan before it happens, and shows every instant of it. */
export function RehearsePage() {
  const plan = usePlanName();
  const { data: scenarios, error, refetch } = useQuery(scenariosQuery(plan));
  const { data: version } = useQuery(versionQuery(plan, 'current'));
  if (scenarios === undefined || version === undefined) {
    return (
      <Page title="Rehearse">
        {error === null ? (
          <BlockSkeleton height={EDITOR_HEIGHT} />
        ) : (
          <ErrorState error={error} title="The scenarios could not be loaded" onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return <Rehearsal key={plan} plan={plan} scenarios={scenarios.scenarios} files={version.files} />;
}

interface RehearsalProps {
  readonly plan: string;
  readonly scenarios: readonly (TextFile & { readonly name: string })[];
  /** Of the plan in force. */
  readonly files: readonly TextFile[];
}

function Rehearsal({ plan, scenarios, files }: RehearsalProps) {
  const address = useSearch({ strict: false }) as { readonly scenario?: unknown; readonly t?: unknown };
  const navigate = useNavigate();
  const mayPlay = useMay('respond', plan);
  const mayEdit = useMay('edit', plan);
  const [chosen, setChosen] = useState<TextFile>(
    () => scenarios.find(({ path }) => path === address.scenario) ?? scenarios[0] ?? NEW_SCENARIO,
  );
  const [text, setText] = useState(chosen.text);
  const scenario = useMemo(() => ({ path: chosen.path, text }), [chosen.path, text]);
  const editor = useRef<EditorHandle>(null);
  const all = useMemo(() => withFile(files, scenario.path, scenario.text), [files, scenario]);
  const checked = useCheck(all);
  const fresh = checked?.files === all ? checked : undefined;
  const own = useMemo(
    () =>
      fresh && {
        ...fresh,
        notExecuted: [],
        diagnostics: fresh.diagnostics.filter(({ path }) => path === scenario.path),
      },
    [fresh, scenario.path],
  );
  const { state, play, stop } = useRehearsal(plan);
  const linked = typeof address.t === 'number' ? address.t : undefined;
  const [chosenMs, setAtMs] = useState(linked ?? 0);

  // A link to an instant plays its scenario: the same texts give the same rehearsal.
  const wasLinked = useRef(linked !== undefined && scenarios.some(({ path }) => path === address.scenario));
  useEffect(() => {
    if (!wasLinked.current || !mayPlay) return;
    wasLinked.current = false;
    void play(scenario);
  }, [mayPlay, play, scenario]);

  const isDone = state.kind === 'done';
  // A scenario may begin long after T+0: the first instant there is, is its own.
  const recording = state.kind === 'done' ? state.result.recording : undefined;
  const atMs = Math.min(recording?.untilMs ?? chosenMs, Math.max(recording?.fromMs ?? chosenMs, chosenMs));
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => {
      void navigate({
        to: '.',
        search: { scenario: chosen.path, t: atMs } as never,
        replace: true,
        resetScroll: false,
      });
    }, ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [isDone, atMs, chosen.path, navigate]);

  const choose = (path: string): void => {
    const next = scenarios.find((each) => each.path === path) ?? NEW_SCENARIO;
    stop();
    setChosen(next);
    setText(next.text);
    setAtMs(0);
  };
  const start = (): void => {
    setAtMs(0);
    void play(scenario);
  };
  const keep = (): void => {
    const draft = loadDraft(plan);
    void api.get('/plans/{plan}/versions', { params: { plan } }).then(({ current }) => {
      storeDraft(plan, {
        base: draft?.base ?? current,
        files: withFile(draft?.files ?? files, scenario.path, scenario.text),
      });
      void navigate({ to: paths.plan(plan) });
    });
  };
  const isNew = !scenarios.some(({ path }) => path === chosen.path);
  const isChanged = isNew || text !== chosen.text;
  const broken = own === undefined || own.diagnostics.some(({ severity }) => severity === 'error');

  return (
    <Page
      title="Rehearse"
      state={<Sentence state={state} />}
      actions={
        state.kind === 'running' ? (
          <Button variant="default" onClick={stop}>
            Stop
          </Button>
        ) : mayPlay ? (
          <Button onClick={start} disabled={broken}>
            Rehearse
          </Button>
        ) : undefined
      }
    >
      <div className={classes.choose}>
        <NativeSelect
          label="What is played"
          value={chosen.path}
          onChange={(event) => choose(event.currentTarget.value)}
          data={[
            ...scenarios.map(({ path, name }) => ({ value: path, label: name })),
            { value: NEW_SCENARIO.path, label: 'A new scenario' },
          ]}
        />
        {mayEdit && isChanged ? (
          <Button variant="default" onClick={keep} disabled={broken}>
            Keep it with the plan
          </Button>
        ) : null}
      </div>
      {state.kind === 'running' ? <Running state={state} /> : null}
      {state.kind === 'failed' ? (
        <ErrorState error={state.error} title="The rehearsal was not played" onRetry={start} />
      ) : null}
      {state.kind === 'done' ? (
        <Result
          result={state.result}
          atMs={atMs}
          onMove={setAtMs}
          onGo={(to, line, column) => {
            setAtMs(to);
            editor.current?.goTo(line, column);
          }}
        />
      ) : null}
      {state.kind === 'idle' && scenarios.length === 0 && isNew ? (
        <Section title="Scenarios">
          <EmptyState title="The plan came without scenarios">
            A scenario is a test of the plan: what happens when, and who is to be told. Change the one below and
            rehearse it, or put files named <code>NAME.scenario.yaml</code> beside the plan and apply its folder.
          </EmptyState>
        </Section>
      ) : null}
      <div className={classes.columns}>
        <Section title="Scenario">
          <Suspense fallback={<BlockSkeleton height={EDITOR_HEIGHT} />}>
            <PlanEditor
              path={chosen.path}
              text={text}
              files={all}
              onChange={setText}
              readOnly={!mayPlay}
              diagnostics={own?.diagnostics ?? []}
              label={`Text of the scenario ${chosen.path}`}
              handle={editor}
              height={EDITOR_HEIGHT}
            />
          </Suspense>
          <p className={classes.keys}>
            {mayPlay
              ? 'Nothing is sent to anybody. Tab indents; to leave the text press Escape, then Tab.'
              : 'You may read the scenarios. Rehearsing takes the level responder.'}
          </p>
        </Section>
        <Section title="Findings">
          <Findings
            checked={own ?? undefined}
            showPath={false}
            onGo={(_path, line, column) => editor.current?.goTo(line, column)}
          />
        </Section>
      </div>
    </Page>
  );
}

interface ResultProps {
  readonly result: RehearsalResult;
  readonly atMs: number;
  readonly onMove: (atMs: number) => void;
  readonly onGo: (atMs: number, line: number, column: number) => void;
}

function Result({ result, atMs, onMove, onGo }: ResultProps) {
  const { recording, diagnostics, notExecuted } = result;
  if (recording === undefined) {
    return (
      <Section title="Nothing was played">
        <Findings
          checked={{ diagnostics: diagnostics as never, notExecuted: [] }}
          showPath
          onGo={(_path, line, column) => onGo(atMs, line, column)}
        />
      </Section>
    );
  }
  const failed = recording.expectations.filter(({ passed }) => !passed).length;
  return (
    <>
      <Section title={recording.name} aside={`${formatCount(result.events)} events, seed ${recording.seed}`}>
        <Scrubber recording={recording} atMs={atMs} onMove={onMove} />
        {notExecuted.length === 0 ? null : (
          <p className={classes.keys}>
            Not played, since nothing executes it yet: {[...new Set(notExecuted.map(({ what }) => what))].join(', ')}.
          </p>
        )}
      </Section>
      <div className={classes.columns}>
        <Section
          title="Expectations"
          aside={failed === 0 ? `${recording.expectations.length} held` : `${failed} did not hold`}
        >
          <Expectations expectations={recording.expectations} onGo={onGo} />
        </Section>
        <Section title="What happened" aside={`up to ${offsetWords(atMs)}`}>
          <Happenings recording={recording} atMs={atMs} onMove={onMove} />
        </Section>
      </div>
    </>
  );
}

function Running({ state }: { readonly state: Extract<RehearsalState, { readonly kind: 'running' }> }) {
  const { ahead, progress } = state;
  const percent = progress === undefined ? 0 : percentOf(progress.reachedMs, progress);
  const words =
    ahead > 0
      ? `${plural(ahead, 'rehearsal')} of others first.`
      : progress === undefined
        ? 'Beginning.'
        : `Played up to ${offsetWords(progress.reachedMs)} of ${offsetWords(progress.untilMs)}.`;
  return (
    <Section title="Being played">
      <div className={classes.progress}>
        <div
          className={classes.track}
          role="progressbar"
          aria-label="Rehearsal"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(percent)}
          aria-valuetext={words}
        >
          <div className={classes.reached} style={{ width: `${percent}%` }} />
        </div>
        <p className={classes.quiet}>{words}</p>
      </div>
    </Section>
  );
}

function Sentence({ state }: { readonly state: RehearsalState }) {
  switch (state.kind) {
    case 'idle':
      return <>Plays a scenario on a virtual clock with the plan in force. Nothing is sent.</>;
    case 'running':
      return <>The rehearsal is being played.</>;
    case 'failed':
      return <StateMark tone="none" word="The rehearsal was not played." />;
    case 'done': {
      const { recording, state: outcome } = state.result;
      if (recording === undefined)
        return <StateMark tone="critical" word="Plan or scenario have errors: nothing was played." />;
      const told = plural(recording.messages.length, 'message');
      const expected = recording.expectations.length;
      if (expected === 0)
        return <StateMark tone="neutral" word={`Nothing was expected; ${told} would have been sent.`} />;
      return outcome === 'passed' ? (
        <StateMark tone="good" word={`All ${plural(expected, 'expectation')} held; ${told} would have been sent.`} />
      ) : (
        <StateMark
          tone="critical"
          word={`${recording.expectations.filter(({ passed }) => !passed).length} of ${plural(expected, 'expectation')} did not hold; ${told} would have been sent.`}
        />
      );
    }
  }
}
