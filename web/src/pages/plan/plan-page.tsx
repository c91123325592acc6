import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiFailure } from '#contract/client.ts';
import type { ApplyAnswer } from '#contract/plans.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useLive } from '../../api/live.tsx';
import { useMay } from '../../api/session.ts';
import { plural } from '../../format/numbers.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, ErrorState } from '../../kit/states.tsx';
import type { EditorHandle } from '../../plan-language/plan-editor.tsx';
import type { CheckAnswer, TextFile } from '../../plan-language/protocol.ts';
import { useCheck } from '../../plan-language/use-check.ts';
import { Comparison } from './comparison.tsx';
import { Conflict } from './conflict.tsx';
import { FileTabs } from './file-tabs.tsx';
import { Findings } from './findings.tsx';
import classes from './plan.module.css';
import { changedFiles, fileName, loadDraft, type PlanDraft, sameFiles, storeDraft, withFile } from './plan-draft.ts';
import { useApplyVersion, useFindMetrics, versionQuery, versionsQuery } from './plan-queries.ts';
import { Preview } from './preview.tsx';
import { VersionList } from './version-list.tsx';

const PlanEditor = lazy(async () => ({ default: (await import('../../plan-language/plan-editor.tsx')).PlanEditor }));
const EDITOR_HEIGHT = 640;

/** The plan's text: read it, change it with the compiler looking on, see what would happen, apply it. */
export function PlanPage() {
  const plan = usePlanName();
  const { data: current, error, refetch } = useQuery(versionQuery(plan, 'current'));
  useNewerVersions(plan, current?.version);
  if (current === undefined) {
    return (
      <Page title="Plan">
        {error === null ? (
          <BlockSkeleton height={EDITOR_HEIGHT} />
        ) : (
          <ErrorState error={error} title="The plan could not be loaded" onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return <PlanText key={plan} plan={plan} current={current} />;
}

/** The live stream says when somebody else has applied a version. */
function useNewerVersions(plan: string, known: number | undefined): void {
  const client = useQueryClient();
  const running = useLive((snapshot) => snapshot.plan?.version);
  useEffect(() => {
    if (known === undefined || running === undefined || running <= known) return;
    void client.invalidateQueries({ queryKey: versionsQuery(plan).queryKey });
    void client.invalidateQueries({ queryKey: versionQuery(plan, 'current').queryKey });
  }, [client, plan, known, running]);
}

interface PlanTextProps {
  readonly plan: string;
  readonly current: { readonly version: number; readonly files: readonly TextFile[] };
}

function PlanText({ plan, current }: PlanTextProps) {
  const mayEdit = useMay('edit', plan);
  const client = useQueryClient();
  const [draft, setDraft] = useState<PlanDraft | undefined>(() => loadDraft(plan));
  const [active, setActive] = useState(() => current.files[0]?.path ?? 'plan.yaml');
  const [preview, setPreview] = useState<ApplyAnswer>();
  const [applied, setApplied] = useState<number>();
  const [setAside, setSetAside] = useState<PlanDraft>();
  const [shown, setShown] = useState<number>();
  const editor = useRef<EditorHandle>(null);
  const jump = useRef<{ line: number; column: number }>(undefined);
  const apply = useApplyVersion(plan);
  const findMetrics = useFindMetrics(plan);

  const files = draft?.files ?? current.files;
  const base = draft?.base ?? current.version;
  const changed = useMemo(
    () => new Set(changedFiles(current.files, files).map(({ path }) => path)),
    [current.files, files],
  );
  const checked = useCheck(files);
  const fresh = checked?.files === files ? checked : undefined;
  const file = files.find(({ path }) => path === active) ?? files[0];
  // While our own version is being applied, the one in force runs ahead of the draft for a moment.
  const isBehind = draft !== undefined && base !== current.version && !apply.isPending;

  useEffect(() => storeDraft(plan, draft), [plan, draft]);

  // Leaving the tab with a draft asks first: it lives only there.
  useEffect(() => {
    if (changed.size === 0) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [changed]);

  const write = useCallback(
    (text: string): void => {
      setPreview(undefined);
      setApplied(undefined);
      setDraft((before) => {
        const next = withFile(before?.files ?? current.files, active, text);
        return sameFiles(next, current.files) ? undefined : { base: before?.base ?? current.version, files: next };
      });
    },
    [active, current],
  );

  const go = (path: string, line: number, column: number): void => {
    if (path === active) {
      editor.current?.goTo(line, column);
      return;
    }
    jump.current = { line, column };
    setActive(path);
  };
  const attach = useCallback((handle: EditorHandle | null): void => {
    editor.current = handle;
    if (handle === null || jump.current === undefined) return;
    handle.goTo(jump.current.line, jump.current.column);
    jump.current = undefined;
  }, []);

  const replace = (next: PlanDraft | undefined): void => {
    if (draft !== undefined) setSetAside(draft);
    setPreview(undefined);
    setApplied(undefined);
    setDraft(next);
  };

  const send = (isPreview: boolean): void => {
    setApplied(undefined);
    apply.mutate(
      { files, expectedVersion: base, preview: isPreview },
      {
        onSuccess: (answer) => {
          if (answer.applied) {
            setApplied(answer.version);
            setPreview(undefined);
            setDraft(undefined);
            setSetAside(undefined);
          } else {
            setPreview(answer);
          }
        },
        onError: (failure) => {
          if (!isConflict(failure)) return;
          setPreview(undefined);
          void client.invalidateQueries({ queryKey: versionsQuery(plan).queryKey });
          void client.invalidateQueries({ queryKey: versionQuery(plan, 'current').queryKey });
        },
      },
    );
  };

  const failure = apply.error !== null && !isConflict(apply.error) ? apply.error : undefined;
  const errors = fresh?.diagnostics.filter(({ severity }) => severity === 'error').length ?? 0;
  const blocked = fresh === undefined || errors > 0 || fresh.notExecuted.length > 0;
  return (
    <Page
      title="Plan"
      state={
        <Sentence current={current.version} base={base} changed={changed.size} checked={fresh} mayEdit={mayEdit} />
      }
      actions={
        mayEdit ? (
          <>
            {changed.size === 0 ? null : (
              <Button variant="default" onClick={() => replace(undefined)}>
                Undo all changes
              </Button>
            )}
            <Button
              onClick={() => send(true)}
              loading={apply.isPending && preview === undefined}
              disabled={changed.size === 0 || blocked || isBehind}
            >
              See what will happen
            </Button>
          </>
        ) : undefined
      }
    >
      {applied === undefined ? null : (
        <div className={classes.done} role="status">
          <StateMark tone="good" word={`Version ${applied} is in force.`} />
        </div>
      )}
      {setAside === undefined || applied !== undefined ? null : (
        <div className={classes.done} role="status">
          Your text was put aside.{' '}
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => {
              setDraft(setAside);
              setSetAside(undefined);
            }}
          >
            Bring it back
          </Button>
        </div>
      )}
      {isBehind ? (
        <Conflict
          plan={plan}
          base={base}
          current={current.version}
          mine={files}
          onKeepMine={() => setDraft({ base: current.version, files })}
          onTakeTheirs={() => replace(undefined)}
        />
      ) : null}
      {failure === undefined ? null : <ErrorState error={failure} title="The plan was not applied" />}
      {preview === undefined ? null : (
        <Preview
          answer={preview}
          before={current.files}
          after={files}
          applying={apply.isPending}
          onApply={() => send(false)}
          onClose={() => setPreview(undefined)}
        />
      )}
      {shown === undefined ? null : (
        <OlderVersion
          plan={plan}
          version={shown}
          current={current}
          {...(mayEdit
            ? {
                onUse: (older: readonly TextFile[]) => {
                  replace({ base: current.version, files: older });
                  setActive(older[0]?.path ?? active);
                  setShown(undefined);
                },
              }
            : {})}
          onClose={() => setShown(undefined)}
        />
      )}
      <div className={classes.columns}>
        <div className={classes.main}>
          <Section title={files.length > 1 ? 'Text' : fileName(file?.path ?? 'plan.yaml')}>
            <FileTabs
              paths={files.map(({ path }) => path)}
              active={file?.path ?? ''}
              changed={changed}
              checked={fresh}
              onSelect={setActive}
            />
            <div id="plan-text" style={{ minHeight: EDITOR_HEIGHT }}>
              <Suspense fallback={<BlockSkeleton height={EDITOR_HEIGHT} />}>
                {file === undefined ? null : (
                  <PlanEditor
                    path={file.path}
                    text={file.text}
                    files={files}
                    onChange={write}
                    readOnly={!mayEdit}
                    diagnostics={fresh?.diagnostics ?? []}
                    label={`Text of ${fileName(file.path)}`}
                    handle={attach}
                    height={EDITOR_HEIGHT}
                    findMetrics={findMetrics}
                  />
                )}
              </Suspense>
            </div>
            <p className={classes.keys}>
              {mayEdit
                ? 'Ctrl-Space completes. Tab indents; to leave the text press Escape, then Tab.'
                : 'You may read this plan. Changing it takes the level editor.'}
            </p>
          </Section>
        </div>
        <aside className={classes.side} aria-label="Findings and versions">
          <Section title="Findings" aside={fresh === undefined ? undefined : countOf(fresh)}>
            <Findings checked={fresh ?? checked} showPath={files.length > 1} onGo={go} />
          </Section>
          <Section title="Versions">
            <VersionList plan={plan} shown={shown} onShow={setShown} />
          </Section>
        </aside>
      </div>
    </Page>
  );
}

interface OlderVersionProps extends PlanTextProps {
  readonly version: number;
  readonly onUse?: (files: readonly TextFile[]) => void;
  readonly onClose: () => void;
}

/** What has changed since a version, and the way back to it. */
function OlderVersion({ plan, version, current, onUse, onClose }: OlderVersionProps) {
  const { data, error, refetch } = useQuery(versionQuery(plan, version));
  return (
    <Section title={`From version ${version} to ${current.version}, in force`}>
      {data === undefined ? (
        error === null ? (
          <BlockSkeleton height={160} />
        ) : (
          <ErrorState error={error} title="The version could not be loaded" onRetry={() => void refetch()} />
        )
      ) : (
        <div className={classes.stack}>
          <div className={classes.buttons}>
            {onUse === undefined ? null : (
              <Button variant="default" onClick={() => onUse(data.files)}>
                Use the text of version {version} again
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          </div>
          <Comparison before={data.files} after={current.files} same="Both versions have the same text." />
        </div>
      )}
    </Section>
  );
}

interface SentenceProps {
  readonly current: number;
  readonly base: number;
  readonly changed: number;
  readonly checked: CheckAnswer | undefined;
  readonly mayEdit: boolean;
}

function Sentence({ current, base, changed, checked, mayEdit }: SentenceProps) {
  if (changed > 0 && base !== current) {
    return (
      <StateMark tone="warning" word={`Version ${current} came while you wrote on version ${base}; nothing is lost.`} />
    );
  }
  if (changed === 0)
    return (
      <>
        Version {current} is in force{mayEdit ? '' : '; you may read it'}.
      </>
    );
  const errors = checked?.diagnostics.filter(({ severity }) => severity === 'error').length ?? 0;
  const what = `${plural(changed, 'file')} changed since version ${base}`;
  if (checked === undefined) return <>{what}.</>;
  if (errors > 0) return <StateMark tone="critical" word={`${what}; ${plural(errors, 'error')} to mend first.`} />;
  if (checked.notExecuted.length > 0) {
    return <StateMark tone="none" word={`${what}; some of it is not executed yet, so it cannot be applied.`} />;
  }
  return <StateMark tone="good" word={`${what}; nothing keeps it from being applied.`} />;
}

function countOf({ diagnostics, notExecuted }: CheckAnswer): string {
  const total = diagnostics.length + notExecuted.length;
  return total === 0 ? 'none' : String(total);
}

function isConflict(failure: unknown): boolean {
  return failure instanceof ApiFailure && failure.code === 'version-conflict';
}
