import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { type Diagnostic as LintDiagnostic, lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension, type Text } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import type { Diagnostic } from '#plan/diagnostic.ts';
import { createHighlighter } from '#plan/editor/highlight.ts';
import { editorTheme } from './editor-theme.ts';
import { startLanguage } from './language.ts';
import { type FindMetrics, metricBeingWritten } from './metric-names.ts';
import type { TextFile } from './protocol.ts';
import { paragraphs } from './rich-text.ts';

/** What an editor has to know about the plan around its file; asked for anew each time. */
export interface Surroundings {
  readonly path: string;
  /** All files, the edited one as it stands. */
  readonly files: () => readonly TextFile[];
  /** Metrics that come; without it none is offered. */
  readonly findMetrics?: FindMetrics | undefined;
}

/** Style elements of the editor carry the page's nonce, or its content security policy refuses them. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.content ?? '';
}

/** What every editor of ours has, also one that only shows. */
export function viewExtensions(label: string): readonly Extension[] {
  return [
    EditorView.cspNonce.of(pageNonce()),
    editorTheme,
    yaml(),
    lineNumbers(),
    drawSelection(),
    EditorView.lineWrapping,
    // What only shows takes the keyboard as well, so that it can be scrolled and selected.
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
  ];
}

/** An editor of a file of a plan. */
export function editExtensions(around: Surroundings): readonly Extension[] {
  return [
    history(),
    codeFolding(),
    foldGutter(),
    lintGutter(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    EditorState.tabSize.of(2),
    autocompletion({ override: [(context) => complete(context, around)], icons: false }),
    hoverTooltip((view, position) => hover(view, position, around)),
    colours(around),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
      // Escape and then Tab leaves the editor: CodeMirror lets the next Tab through.
      indentWithTab,
    ]),
  ];
}

/** The colours of the language, laid over the text anew with each change. */
export function colours(around: Surroundings): Extension {
  const highlight = createHighlighter();
  const marks = new Map<string, Decoration>();
  const markOf = (name: string): Decoration => {
    let mark = marks.get(name);
    if (mark === undefined) {
      mark = Decoration.mark({ class: `wb-${name}` });
      marks.set(name, mark);
    }
    return mark;
  };
  const build = (document: Text): DecorationSet => {
    const others = around
      .files()
      .filter(({ path }) => path !== around.path && !path.includes('.scenario.'))
      .map(({ text }) => text);
    const spans = highlight(document.toString(), others);
    return Decoration.set(
      spans.map((span) => markOf(span.class).range(span.start, Math.min(span.end, document.length))),
      true,
    );
  };
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = build(view.state.doc);
      }
      update(update: ViewUpdate) {
        if (update.docChanged) this.decorations = build(update.state.doc);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

async function complete(context: CompletionContext, around: Surroundings): Promise<CompletionResult | null> {
  const line = context.state.doc.lineAt(context.pos);
  const written = metricBeingWritten(line.text.slice(0, context.pos - line.from));
  if (written !== undefined && around.findMetrics !== undefined) {
    const found = await around.findMetrics(written.part);
    if (context.aborted) return null;
    return {
      from: line.from + written.start,
      options: found.map(({ name, detail }) => ({ label: name, type: 'text', detail })),
      // Another part finds others.
      filter: false,
    };
  }
  const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
  // Completing in empty space is asked for, or follows a space, a colon or a bracket.
  if (!context.explicit && !/[\p{L}\p{N}_ :({[.,-]/u.test(before)) return null;
  const found = await startLanguage().ask({
    kind: 'complete',
    files: withText(around, context.state.doc.toString()),
    path: around.path,
    offset: context.pos,
  });
  if (found === undefined || context.aborted) return null;
  return {
    from: found.start,
    to: Math.max(found.end, context.pos),
    options: found.items.map((item) => ({
      label: item.label,
      type: item.kind,
      detail: item.detail,
      apply: item.insert,
      boost: item.rank * 10,
      ...(item.documentation === '' ? {} : { info: () => ({ dom: paragraphs([item.documentation]) }) }),
    })),
    validFor: /^[\p{L}\p{N}_%$./-]*$/u,
  };
}

async function hover(view: EditorView, position: number, around: Surroundings) {
  const found = await startLanguage().ask({
    kind: 'hover',
    files: withText(around, view.state.doc.toString()),
    path: around.path,
    offset: position,
  });
  if (found === undefined) return null;
  return {
    pos: found.start,
    end: found.end,
    create: () => {
      const dom = paragraphs([`**${found.title}**`, ...found.lines]);
      dom.classList.add('wb-hover');
      return { dom };
    },
  };
}

function withText(around: Surroundings, text: string): readonly TextFile[] {
  return around.files().map((file) => (file.path === around.path ? { ...file, text } : file));
}

/** Findings of the compiler as the editor shows them, in this file. */
export function lintOf(document: Text, path: string, diagnostics: readonly Diagnostic[]): readonly LintDiagnostic[] {
  return diagnostics
    .filter((each) => each.path === path)
    .map((each) => {
      const from = offsetOf(document, each.line, each.column);
      const to = Math.max(from, offsetOf(document, each.endLine, each.endColumn));
      return {
        from,
        to: to === from ? Math.min(document.length, from + 1) : to,
        severity: each.severity === 'hint' ? 'info' : each.severity,
        source: each.code,
        message: each.hint === undefined ? each.message : `${each.message}\n${each.hint}`,
      };
    });
}

/** The offset of a line and column, both from 1, within what the document has. */
export function offsetOf(document: Text, line: number, column: number): number {
  const found = document.line(Math.max(1, Math.min(line, document.lines)));
  return Math.min(found.to, found.from + Math.max(0, column - 1));
}
