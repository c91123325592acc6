import { type DurationMs, formatDuration } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { parseDuration } from '../expression/parse.ts';
import type { ByPhase } from '../model.ts';
import type { Scrape } from '../scrape.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import { childAt, entriesOf, type MapEntry, type TextNode } from '../text/tree.ts';
import { readByPhase, valuesOf } from './by-phase.ts';
import { secretOr, textAt } from './channels.ts';
import { type Context, sentencesOf } from './context.ts';

const DEFAULT_EVERY_MS = 15_000;
const DEFAULT_TIMEOUT_MS = 10_000;
/** What Prometheus calls a label; those with two underscores are its own. */
const LABEL_NAME = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;
/** A metric's name in which `*` stands for any characters. */
const NAME_PATTERN = /^[A-Za-z_:*][A-Za-z0-9_:.*]*$/;
/** A parameter of an address that holds a credential by its name. */
const CREDENTIAL = /[?&](?:[^=&]*(?:token|secret|passw|auth|key))[^=&]*=[^&]/i;
/** Of every target, so that its series can be told from another's. */
const OWN_LABELS: ReadonlySet<string> = new Set(['job', 'instance']);

/** Compiles the targets of `scrapes`; one with a mistake is reported and left out. */
export function compileScrapes(context: Context): readonly Scrape[] {
  const entries = context.entries('scrapes');
  const [excess] = entries.slice(limits.scrapesPerPlan);
  if (excess !== undefined) {
    const message = `There are ${entries.length} scrapes; a plan has at most ${limits.scrapesPerPlan}.`;
    context.report.add('E168', excess.key.span, message, 'Send the metrics by remote write instead.');
  }
  return entries.flatMap((entry) => compileScrape(entry, context) ?? []);
}

function compileScrape(entry: MapEntry, context: Context): Scrape | undefined {
  const name = entry.key.text;
  const where = `scrapes.${name}`;
  const { value } = entry;
  if (value.kind !== 'map') return undefined;
  const url = readTarget(textAt(value, 'target'), where, context);
  const everyMs = readEvery(entry, where, context);
  const timeoutMs = readTimeout(textAt(value, 'timeout'), everyMs, where, context);
  const labels = readLabels(entry, where, context);
  const keep = readPatterns(entry, 'keep', where, context);
  const drop = readPatterns(entry, 'drop', where, context);
  const tokenSecret = readToken(textAt(value, 'token'), where, context);
  if (url === undefined || everyMs === undefined || timeoutMs === undefined) return undefined;
  return { name, url, everyMs, timeoutMs, labels, keep, drop, ...(tokenSecret === undefined ? {} : { tokenSecret }) };
}

function readTarget(node: TextNode | undefined, where: string, context: Context): string | undefined {
  if (node === undefined) return undefined;
  const text = node.text.trim();
  if ('secret' in secretOr(text)) {
    const hint = 'Write the address out, and what it has to be shown as `token: secret NAME`.';
    context.report.add('E168', node.span, `\`${where}.target\` is written out: the address is shown to people.`, hint);
    return undefined;
  }
  if (CREDENTIAL.test(text)) {
    const message = `\`${where}.target\` holds a credential, and addresses are shown to people.`;
    context.report.add('E125', node.span, message, 'Show it to the target as `token: secret NAME`.');
    return undefined;
  }
  if (!/^https?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/i.test(text)) {
    const hint = 'Write e.g. `http://10.0.0.5:9100/metrics`.';
    context.report.add('E168', node.span, `\`${where}.target\` is no http or https address.`, hint);
    return undefined;
  }
  return text;
}

function readEvery(entry: MapEntry, where: string, context: Context): ByPhase<DurationMs> | undefined {
  const node = childAt(entry.value, 'every');
  if (node === undefined) return { otherwise: DEFAULT_EVERY_MS };
  return readByPhase(node, context, where, (sentence) => {
    const ms = readDuration(sentence, context);
    if (ms === undefined) return undefined;
    if (ms >= limits.scrapeEveryShortestMs && ms <= limits.scrapeEveryLongestMs) return ms;
    const message = `\`${where}.every\` is from 1s to 1h.`;
    context.report.add('E168', sentence.place(0, sentence.text.length), message, 'Write e.g. `every: 15s`.');
    return undefined;
  });
}

function readTimeout(
  node: TextNode | undefined,
  everyMs: ByPhase<DurationMs> | undefined,
  where: string,
  context: Context,
): DurationMs | undefined {
  const shortestMs = everyMs === undefined ? limits.scrapeEveryLongestMs : Math.min(...valuesOf(everyMs));
  if (node === undefined) return Math.min(DEFAULT_TIMEOUT_MS, shortestMs);
  const sentence = sentenceOf(node);
  const ms = readDuration(sentence, context);
  if (ms === undefined) return undefined;
  if (ms > 0 && ms <= shortestMs) return ms;
  const message =
    ms > 0
      ? `\`${where}.timeout\` is longer than the ${formatDuration(shortestMs)} after which the target is asked again.`
      : `\`${where}.timeout\` leaves no time for an answer.`;
  context.report.add('E168', node.span, message, `Write at most \`timeout: ${formatDuration(shortestMs)}\`.`);
  return undefined;
}

function readDuration(sentence: Sentence, context: Context): DurationMs | undefined {
  return context.parsed(sentence, parseDuration(sentence.text))?.ms;
}

function readLabels(entry: MapEntry, where: string, context: Context): Scrape['labels'] {
  const labels: [string, string][] = [];
  for (const { key, value } of entriesOf(childAt(entry.value, 'labels'))) {
    const label = key.text;
    if (OWN_LABELS.has(label)) {
      const message = `\`${label}\` is set for every target, from its name and address.`;
      context.report.add('E168', key.span, message, 'Give the label another name, e.g. `service`.');
    } else if (!LABEL_NAME.test(label)) {
      const message = `\`${label}\` is no name of a label in \`${where}\`.`;
      context.report.add('E168', key.span, message, 'Use letters, digits and `_`, not two `_` at the beginning.');
    } else if (value.kind === 'text' && value.text !== '') labels.push([label, value.text]);
  }
  return labels.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function readPatterns(entry: MapEntry, key: 'keep' | 'drop', where: string, context: Context): readonly string[] {
  return sentencesOf(childAt(entry.value, key)).flatMap((sentence) => {
    if (NAME_PATTERN.test(sentence.text)) return [sentence.text];
    const message = `\`${sentence.text}\` in \`${where}.${key}\` is no name of a metric.`;
    const hint = 'Write names like `http_*`; `*` stands for any letters.';
    context.report.add('E168', sentence.place(0, sentence.text.length), message, hint);
    return [];
  });
}

function readToken(node: TextNode | undefined, where: string, context: Context): string | undefined {
  if (node === undefined) return undefined;
  const value = secretOr(node.text);
  if ('secret' in value) return value.secret;
  context.report.add(
    'E125',
    node.span,
    `\`${where}.token\` is a secret and is not written out.`,
    'Write `token: secret NAME`.',
  );
  return undefined;
}
