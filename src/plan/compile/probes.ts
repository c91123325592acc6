import { type DurationMs, formatDuration, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { parseDuration } from '../expression/parse.ts';
import type { ByPhase } from '../model.ts';
import type { Database, Probe, ProbeCheck } from '../probe.ts';
import { suggest } from '../text/nearest-name.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { childAt, entriesOf, type MapEntry, type TextNode, type TreeNode } from '../text/tree.ts';
import { readByPhase, valuesOf } from './by-phase.ts';
import { secretOr, textAt } from './channels.ts';
import { type Context, sentencesOf } from './context.ts';
import { compileExpectations } from './expectations.ts';
import { readCheck } from './probe-checks.ts';
import { readConfirm, warnOfOften } from './probe-confirmations.ts';
import { readBody, readHeaders } from './probe-requests.ts';
import type { Sources } from './sources.ts';

export const DEFAULT_TIMEOUT_MS: DurationMs = 10_000;
const DEFAULT_EVERY_MS: DurationMs = MINUTE_MS;

/** Compiles `probes`; one with a mistake is reported and left out. */
export function compileProbes(context: Context, sources: Sources): readonly Probe[] {
  const entries = context.entries('probes');
  const [excess] = entries.slice(limits.probesPerPlan);
  if (excess !== undefined) {
    const message = `There are ${entries.length} probes; a plan has at most ${limits.probesPerPlan}.`;
    context.report.add('E171', excess.key.span, message, 'Split the plan.');
  }
  const probes = entries.flatMap((entry) => compileProbe(entry, sources, context) ?? []);
  const [confirmed] = probes.filter(({ confirm }) => confirm !== undefined).slice(limits.probesConfirmed);
  const tooMany = confirmed && context.entry('probes', confirmed.name);
  if (tooMany !== undefined) {
    const message = `More than ${limits.probesConfirmed} probes wait for a confirmation.`;
    context.report.add('E171', tooMany.key.span, message, 'Split the plan.');
  }
  return probes;
}

/** Compiles `databases`: where `query` probes read. */
export function compileDatabases(context: Context): readonly Database[] {
  return context.entries('databases').flatMap(({ key, value }): Database[] => {
    const url = textAt(value, 'url');
    if (url === undefined) return [];
    const read = secretOr(url.text);
    if ('secret' in read) return [{ name: key.text, url: read }];
    const message = `\`databases.${key.text}.url\` holds credentials and is not written out.`;
    context.report.add('E125', url.span, message, 'Write `url: secret NAME`.');
    return [];
  });
}

function compileProbe(entry: MapEntry, sources: Sources, context: Context): Probe | undefined {
  const name = entry.key.text;
  const where = `probes.${name}`;
  const { value } = entry;
  if (value.kind !== 'map') return undefined;
  const written = textAt(value, 'check');
  const check = written === undefined ? undefined : readCheck(written, where, context);
  const everyMs = readEvery(childAt(value, 'every'), where, context);
  const whileFailingMs = readWhileFailing(textAt(value, 'while-failing'), everyMs, where, context);
  const intervals = [
    ...(everyMs === undefined ? [] : valuesOf(everyMs)),
    ...(whileFailingMs === undefined ? [] : [whileFailingMs]),
  ];
  const known = check === 'waiting' ? undefined : check;
  const headers = readHeaders(entry, known, where, context);
  const body = readBody(entry, known, where, context);
  const parts = readParts(entry, known, where, context);
  const confirm = readConfirm(entry, { check: known, headers, body, intervals, where, sources }, context);
  const timeoutMs = readTimeout(
    textAt(value, 'timeout'),
    [...intervals, ...(confirm === undefined ? [] : [confirm.withinMs])],
    where,
    context,
  );
  if (known !== undefined && confirm === undefined) warnOfOften(entry, known, intervals, context);
  const service = serviceOf(textAt(value, 'service'), context);
  const agree = readAgree(textAt(value, 'agree'), where, context);
  if (check === undefined || check === 'waiting' || written === undefined) return undefined;
  const expect = compileExpectations(sentencesOf(childAt(value, 'expect')), check.kind, context);
  if (everyMs === undefined || timeoutMs === undefined) return undefined;
  return {
    name,
    text: written.text.trim(),
    check: check.kind === 'http' ? { ...check, headers, ...(body === undefined ? {} : { body }) } : check,
    everyMs,
    ...(whileFailingMs === undefined ? {} : { whileFailingMs }),
    timeoutMs,
    expect,
    ...(service === undefined ? {} : { service }),
    ...(agree === undefined ? {} : { agree }),
    ...(Object.keys(parts).length === 0 ? {} : { parts }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}

/** The service that something is of; an unknown one is reported. */
export function serviceOf(node: TextNode | undefined, context: Context): string | undefined {
  if (node === undefined) return undefined;
  const name = node.text.trim();
  if (context.defines('services', name)) return name;
  context.report.add('E135', node.span, `There is no service \`${name}\`.`, suggest(name, context.namesOf('services')));
  return undefined;
}

function readEvery(node: TreeNode | undefined, where: string, context: Context): ByPhase<DurationMs> | undefined {
  if (node === undefined) return { otherwise: DEFAULT_EVERY_MS };
  return readByPhase(node, context, where, (sentence) => readInterval(sentence, `${where}.every`, context));
}

/** An interval of the lengths that there may be. */
export function readInterval(sentence: Sentence, where: string, context: Context): DurationMs | undefined {
  const ms = context.parsed(sentence, parseDuration(sentence.text))?.ms;
  if (ms === undefined) return undefined;
  if (ms >= limits.probeEveryShortestMs && ms <= limits.probeEveryLongestMs) return ms;
  const range = `${formatDuration(limits.probeEveryShortestMs)} to ${formatDuration(limits.probeEveryLongestMs)}`;
  context.report.add('E171', wholeOf(sentence), `\`${where}\` is from ${range}.`, 'Write e.g. `1m`.');
  return undefined;
}

function readWhileFailing(
  node: TextNode | undefined,
  everyMs: ByPhase<DurationMs> | undefined,
  where: string,
  context: Context,
): DurationMs | undefined {
  if (node === undefined) return undefined;
  const ms = readInterval(sentenceOf(node), `${where}.while-failing`, context);
  const longestMs = everyMs === undefined ? Number.POSITIVE_INFINITY : Math.max(...valuesOf(everyMs));
  if (ms === undefined || ms <= longestMs) return ms;
  const message = `\`${where}.while-failing\` is longer than \`every\`, so a failure would be looked at less often.`;
  context.report.add('E171', node.span, message, `Write at most \`while-failing: ${formatDuration(longestMs)}\`.`);
  return undefined;
}

function readTimeout(
  node: TextNode | undefined,
  intervals: readonly DurationMs[],
  where: string,
  context: Context,
): DurationMs | undefined {
  const shortestMs = Math.min(...intervals, limits.probeTimeoutLongestMs);
  if (node === undefined) return Math.min(DEFAULT_TIMEOUT_MS, shortestMs);
  const sentence = sentenceOf(node);
  const ms = context.parsed(sentence, parseDuration(sentence.text))?.ms;
  if (ms === undefined || (ms > 0 && ms <= shortestMs)) return ms;
  const message =
    ms > 0
      ? `\`${where}.timeout\` is longer than the ${formatDuration(shortestMs)} that a check may take.`
      : `\`${where}.timeout\` leaves no time for an answer.`;
  context.report.add(
    'E171',
    node.span,
    message,
    `Write at most \`timeout: ${formatDuration(shortestMs)}\`: checks of one probe do not overlap.`,
  );
  return undefined;
}

function readAgree(node: TextNode | undefined, where: string, context: Context): number | undefined {
  if (node === undefined) return undefined;
  const written = node.text.trim();
  const count = /^\d{1,3}$/.test(written) ? Number(written) : 0;
  if (count >= 1 && count <= limits.probeAgreeMost) return count;
  const message = `\`${where}.agree\` is a number of places, from 1 to ${limits.probeAgreeMost}.`;
  context.report.add('E171', node.span, message, 'Write e.g. `agree: 2`.');
  return undefined;
}

function readParts(
  entry: MapEntry,
  check: { readonly kind: ProbeCheck['kind'] } | undefined,
  where: string,
  context: Context,
): Readonly<Record<string, string>> {
  const parts: Record<string, string> = {};
  for (const { key, value } of entriesOf(childAt(entry.value, 'parts'))) {
    if (check !== undefined && check.kind !== 'http') {
      context.report.add('E171', key.span, `A ${check.kind} check has no parts.`, 'Delete `parts`.');
      return {};
    }
    serviceOf(key, context);
    if (value.kind !== 'text') continue;
    const path = value.text.trim();
    if (/^json(?:\.[\p{L}\p{N}_-]+)+$/u.test(path)) parts[key.text] = path;
    else {
      const message = `\`${where}.parts.${key.text}\` is no field of a JSON answer.`;
      context.report.add('E171', value.span, message, 'Write e.g. `json.checks.database`.');
    }
  }
  return parts;
}

function wholeOf(sentence: Sentence): Span {
  return sentence.place(0, sentence.text.length);
}
