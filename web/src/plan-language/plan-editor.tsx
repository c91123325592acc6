import { setDiagnostics } from '@codemirror/lint';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { Diagnostic } from '#plan/diagnostic.ts';
import { colours, editExtensions, lintOf, offsetOf, viewExtensions } from './editor-extensions.ts';
import type { FindMetrics } from './metric-names.ts';
import classes from './plan-editor.module.css';
import type { TextFile } from './protocol.ts';

export interface EditorHandle {
  /** Puts the cursor at a place and shows it. Line and column count from 1. */
  goTo(line: number, column: number): void;
  focus(): void;
}

interface PlanEditorProps {
  readonly path: string;
  readonly text: string;
  /** All files of the plan, for names that others define. */
  readonly files: readonly TextFile[];
  readonly onChange: (text: string) => void;
  readonly readOnly?: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly label: string;
  readonly handle?: Ref<EditorHandle>;
  /** At most so high, in pixels; as high as its text when absent. */
  readonly height?: number;
  /** Metrics that come, to be offered where one is named. */
  readonly findMetrics?: FindMetrics;
}

/** Marks a text that was given to the editor, not typed. */
const given = Annotation.define<boolean>();

/** The editor of one file. A new `path` makes a new editor; a `text` that differs from what was typed last replaces it. */
export function PlanEditor(props: PlanEditorProps) {
  return <FileEditor key={props.path} {...props} />;
}

function FileEditor(props: PlanEditorProps) {
  const { path, text, readOnly = false, diagnostics, label, handle, height } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const current = useRef(props);
  current.current = props;
  const editable = useRef(new Compartment());

  useEffect(() => {
    if (place.current === null) return;
    const { text: first } = current.current;
    const around = { path, files: () => current.current.files, findMetrics: current.current.findMetrics };
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first,
        extensions: [
          viewExtensions(label),
          editable.current.of([]),
          current.current.readOnly === true ? colours(around) : editExtensions(around),
          EditorView.updateListener.of((update) => {
            const isGiven = update.transactions.some((one) => one.annotation(given) === true);
            if (update.docChanged && !isGiven) current.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [path, label]);

  useEffect(() => {
    const extension = [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];
    view.current?.dispatch({ effects: editable.current.reconfigure(extension) });
  }, [readOnly]);

  useEffect(() => {
    const state = view.current?.state;
    if (state === undefined || state.doc.toString() === text) return;
    view.current?.dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, annotations: given.of(true) });
  }, [text]);

  useEffect(() => {
    const state = view.current?.state;
    if (state === undefined) return;
    view.current?.dispatch(setDiagnostics(state, [...lintOf(state.doc, path, diagnostics)]));
  }, [diagnostics, path]);

  useImperativeHandle(handle, () => ({
    goTo(line, column) {
      const editor = view.current;
      if (editor === undefined) return;
      const anchor = offsetOf(editor.state.doc, line, column);
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      editor.focus();
    },
    focus: () => view.current?.focus(),
  }));

  return (
    <div
      ref={place}
      className={classes.editor}
      style={height === undefined ? undefined : ({ '--editor-height': `${height}px` } as React.CSSProperties)}
      data-editor={path}
    />
  );
}
