import { alignText } from './align-text.ts';
import type { Span } from './source-file.ts';

/**
 * A plan's YAML as we use it: text, lists and maps with their places. Every scalar is text; what it means is decided by the
 * section that reads it.
 */
export type TreeNode = TextNode | ListNode | MapNode | EmptyNode;

export interface ListNode {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly TreeNode[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: TextNode;
  readonly value: TreeNode;
  /** The text of `# from: …` above the line: where a migrated line came from. */
  readonly origin?: string;
}

/** A key without a value, or with a placeholder instead of one (`hole`). */
export interface EmptyNode {
  readonly kind: 'empty';
  readonly span: Span;
  readonly hole?: true;
}

export type TextStyle = 'plain' | 'quoted' | 'block';

/** A scalar. `piece` finds the place of a part of it, through quotes, escapes and indentation. */
export class TextNode {
  readonly kind = 'text';
  readonly text: string;
  readonly span: Span;
  readonly style: TextStyle;
  #offsets: readonly number[] | undefined;

  constructor(text: string, span: Span, style: TextStyle) {
    this.text = text;
    this.span = span;
    this.style = style;
  }

  /** The place of `text.slice(start, end)`. */
  piece(start: number, end: number): Span {
    this.#offsets ??= alignText(this.span.file.text, this.span.start, this.span.end, this.text, this.style);
    const from = this.#offsets[Math.min(Math.max(0, start), this.text.length)] ?? this.span.start;
    const last = Math.max(start, Math.min(end, this.text.length) - 1);
    const to = end > start ? (this.#offsets[last] ?? this.span.end - 1) + 1 : from;
    return { file: this.span.file, start: from, end: Math.max(from, to) };
  }
}

/** The value under a key of a map; undefined for other nodes and absent keys. */
export function childAt(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return entryAt(node, key)?.value;
}

export function entryAt(node: TreeNode | undefined, key: string): MapEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key.text === key) : undefined;
}

export function entriesOf(node: TreeNode | undefined): readonly MapEntry[] {
  return node?.kind === 'map' ? node.entries : [];
}
