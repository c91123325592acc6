import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { viewExtensions } from './editor-extensions.ts';
import classes from './plan-editor.module.css';

interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}

/** Two texts in one: what goes is struck through, what comes is marked. Lines that are alike are folded. */
export function DiffView({ before, after, label }: DiffViewProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          viewExtensions(label),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          unifiedMergeView({
            original: before,
            mergeControls: false,
            highlightChanges: true,
            gutter: true,
            collapseUnchanged: { margin: 2, minSize: 6 },
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [before, after, label]);
  return <div ref={place} className={classes.diff} />;
}
