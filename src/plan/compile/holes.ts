import { RUN_PLACE } from '../run-id.ts';
import { findPlaceholder } from '../text/placeholder.ts';
import { cellBreaks, looksLikeTable } from '../text/read-table.ts';
import type { Report } from '../text/report.ts';
import type { MapEntry, TextNode, TreeNode } from '../text/tree.ts';

/** Shapes of real credentials. A literal that looks like one does not belong in a reviewed text. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/,
  /\bwhsec_[A-Za-z0-9+/=]{16,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bglpat-[A-Za-z0-9_-]{16,}/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/\w+/,
  /\bA(?:KIA|SIA)[A-Z0-9]{16}\b/,
  /\bAIza[A-Za-z0-9_-]{30,}/,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  // An address of Twilio's names its account, which opens nothing.
  /(?<!\/Accounts\/)\b(?:AC|SK)[0-9a-f]{32}\b/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i,
];

/** A long run of letters and digits where a channel or action is set up. */
const DENSE = /^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/_=-]{32,}$/;

const SETTINGS_SECTIONS: ReadonlySet<string> = new Set(['channels', 'actions', 'probes', 'people', 'webhooks']);

/**
 * Reports placeholders (W101) and literal secrets (E125) of a section and returns it with both taken out, so that what
 * remains is meant.
 */
export function fillHoles(section: MapEntry, report: Report): MapEntry {
  return { ...section, value: visit(section.value, section.key.text, [section.key.text], report) };
}

function visit(node: TreeNode, section: string, path: readonly string[], report: Report): TreeNode {
  if (node.kind === 'text') return visitText(node, section, path, report);
  if (node.kind === 'list') {
    const [only] = node.items;
    // `lead: [Name]` is a list to YAML.
    const bracketed = path.length === 1 && node.items.length === 1 && only?.kind === 'text';
    if (bracketed && ['lead', 'title', 'launch', 'timezone'].includes(section)) {
      report.add('W101', node.span, `\`${path.join('.')}\` holds the placeholder \`[${only.text}]\`.`);
      return { kind: 'empty', span: node.span, hole: true };
    }
    return { ...node, items: node.items.map((item) => visit(item, section, path, report)) };
  }
  if (node.kind === 'map') {
    const entries = node.entries.map((entry) => ({
      ...entry,
      value: visit(entry.value, section, [...path, entry.key.text], report),
    }));
    return { ...node, entries };
  }
  return node;
}

function visitText(node: TextNode, section: string, path: readonly string[], report: Report): TreeNode {
  const where = path.join('.');
  const trimmed = node.text.trim();
  const secret = SECRETS.map((pattern) => pattern.exec(node.text)).find((match) => match !== null);
  if (secret != null || (SETTINGS_SECTIONS.has(section) && DENSE.test(trimmed))) {
    const start = secret?.index ?? 0;
    const place = node.piece(start, start + (secret?.[0].length ?? node.text.length));
    report.add('E125', place, `\`${where}\` holds a literal that looks like a key or password.`);
    return { kind: 'empty', span: node.span, hole: true };
  }
  if (trimmed === 'unset') {
    report.add('W101', node.span, `\`${where}\` is not set yet.`);
    return { kind: 'empty', span: node.span, hole: true };
  }
  if (section === 'statuspage') return node;
  if (looksLikeTable(node)) {
    reportCells(node, where, report);
    return node;
  }
  const placeholder = findPlaceholder(trimmed);
  // Of what a probe sends it stands for the id of the look.
  if (placeholder === undefined || (section === 'probes' && trimmed === RUN_PLACE)) return node;
  const at = node.text.length - node.text.trimStart().length + placeholder.index;
  reportPlaceholder(node, at, placeholder.text, where, report);
  // In a longer text for people only a part is open; a sentence is not to be guessed.
  const isProse = ['title', 'advice', 'means', 'steps', 'answers'].some((word) => path.includes(word));
  return isProse ? node : { kind: 'empty', span: node.span, hole: true };
}

/** Placeholders in the cells of a table; who reads the table takes such a cell as `unset`. */
function reportCells(node: TextNode, where: string, report: Report): void {
  let start = 0;
  for (const line of node.text.split('\n')) {
    let from = 0;
    for (const stop of [...cellBreaks(line), line.length]) {
      const cell = line.slice(from, stop);
      const lead = cell.length - cell.trimStart().length;
      const placeholder = findPlaceholder(cell.trim());
      if (placeholder !== undefined) {
        reportPlaceholder(node, start + from + lead + placeholder.index, placeholder.text, where, report);
      }
      from = stop + 1;
    }
    start += line.length + 1;
  }
}

function reportPlaceholder(node: TextNode, at: number, text: string, where: string, report: Report): void {
  report.add('W101', node.piece(at, at + text.length), `\`${where}\` holds the placeholder \`${text}\`.`);
}
