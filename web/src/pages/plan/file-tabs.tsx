import { useRef } from 'react';
import type { CheckAnswer } from '../../plan-language/protocol.ts';
import classes from './file-tabs.module.css';
import { fileName } from './plan-draft.ts';

interface FileTabsProps {
  readonly paths: readonly string[];
  readonly active: string;
  readonly changed: ReadonlySet<string>;
  readonly checked: CheckAnswer | undefined;
  readonly onSelect: (path: string) => void;
}

/** The files of a plan; arrow keys move between them. */
export function FileTabs({ paths, active, changed, checked, onSelect }: FileTabsProps) {
  const list = useRef<HTMLDivElement>(null);
  if (paths.length < 2) return null;
  const move = (step: number): void => {
    const next = paths[(paths.indexOf(active) + step + paths.length) % paths.length];
    if (next === undefined) return;
    onSelect(next);
    list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label="Files of the plan" className={classes.tabs}>
      {paths.map((path) => {
        const errors =
          checked?.diagnostics.filter((each) => each.path === path && each.severity === 'error').length ?? 0;
        return (
          <button
            key={path}
            type="button"
            role="tab"
            data-path={path}
            aria-selected={path === active}
            aria-controls="plan-text"
            tabIndex={path === active ? 0 : -1}
            className={classes.tab}
            onClick={() => onSelect(path)}
            onKeyDown={(event) => {
              if (event.key === 'ArrowRight') move(1);
              else if (event.key === 'ArrowLeft') move(-1);
            }}
          >
            {fileName(path)}
            {changed.has(path) ? <span className={classes.mark}> (changed)</span> : null}
            {errors > 0 ? (
              <span className={classes.errors}> {errors === 1 ? '1 error' : `${errors} errors`}</span>
            ) : null}
          </button>
        );
      })}
    </div>
  );
}
