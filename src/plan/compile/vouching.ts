import { limits } from '#kernel/limits.ts';
import type { Condition, Source } from '../model.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { childAt, type MapEntry } from '../text/tree.ts';
import type { Asked, Comparison, Review } from '../vouching.ts';
import { textAt } from './channels.ts';
import { type Context, sentencesOf } from './context.ts';
import { namedPhases } from './phase-names.ts';
import { serviceOf } from './probes.ts';
import type { Sources } from './sources.ts';

/** What reviews and comparisons are compiled with. */
interface Surroundings {
  readonly context: Context;
  readonly sources: Sources;
  /** The persons of each role. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

type Section = 'reviews' | 'comparisons';
const ONE: Readonly<Record<Section, string>> = { reviews: 'review', comparisons: 'comparison' };
const MOST: Readonly<Record<Section, number>> = {
  reviews: limits.reviewsPerPlan,
  comparisons: limits.comparisonsPerPlan,
};
/** Names that stand in conditions, or that verdicts over a phase may mean. */
const OTHERS = ['probes', 'heartbeats', 'reviews', 'comparisons'] as const;

/** The section `reviews`; one with a mistake is reported and left out. */
export function compileReviews(surroundings: Surroundings): readonly Review[] {
  return compileSection('reviews', surroundings, (entry, common) => {
    const { context } = surroundings;
    const first = readFirst(entry, context);
    const show = readFields(entry, 'show', context);
    const ask = textAt(entry.value, 'ask')?.text.trim() ?? '';
    if (common === undefined || first === undefined || show === undefined) return undefined;
    return { ...common, ...first, show, ...(ask === '' ? {} : { ask }) };
  });
}

/** The section `comparisons`; one with a mistake is reported and left out. */
export function compileComparisons(surroundings: Surroundings): readonly Comparison[] {
  return compileSection('comparisons', surroundings, (entry, common) => {
    const { context } = surroundings;
    const [key] = readFields(entry, 'key', context) ?? [];
    const fields = readFields(entry, 'fields', context);
    const again = sentencesOf(childAt(entry.value, 'fields')).find(({ text }) => text === key);
    if (again !== undefined) {
      const message = `\`${key}\` names the rows, so it is always equal.`;
      context.report.add('E176', placeOf(again), message, 'Delete it from `fields`.');
    }
    if (common === undefined || key === undefined || fields === undefined) return undefined;
    return { ...common, key, fields };
  });
}

/** Whether only people decide a condition: then it is over as soon as they say so, since nothing in it comes and goes by itself. */
export function isDecidedByPeople(condition: Condition): boolean {
  switch (condition.kind) {
    case 'review-wrong':
    case 'comparison-differs':
      return true;
    case 'and':
    case 'or':
      return condition.of.every(isDecidedByPeople);
    case 'not':
    case 'for':
      return isDecidedByPeople(condition.of);
    default:
      return false;
  }
}

/** What both have. */
type Common = Pick<Review, 'name' | 'source' | 'during' | 'by' | 'service'>;

function compileSection<One>(
  section: Section,
  surroundings: Surroundings,
  compile: (entry: MapEntry, common: Common | undefined) => One | undefined,
): readonly One[] {
  const { context } = surroundings;
  const entries = context.entries(section);
  const most = MOST[section];
  const [excess] = entries.slice(most);
  if (excess !== undefined) {
    const message = `There are ${entries.length} ${section}; a plan has at most ${most}.`;
    context.report.add('E176', excess.key.span, message, 'Delete those that are over.');
  }
  return entries.flatMap((entry) => {
    if (entry.value.kind !== 'map') return [];
    return compile(entry, readCommon(section, entry, surroundings)) ?? [];
  });
}

function readCommon(section: Section, entry: MapEntry, surroundings: Surroundings): Common | undefined {
  const { context } = surroundings;
  const name = entry.key.text;
  const taken = OTHERS.find((other) => other !== section && context.defines(other, name));
  if (taken !== undefined) {
    const message = `\`${name}\` stands under \`${taken}\` too, so nobody could tell which of them is meant.`;
    context.report.add('E142', entry.key.span, message, `Give the ${ONE[section]} another name.`);
  }
  const source = readSource(section, entry, surroundings);
  const phases = childAt(entry.value, 'during');
  const during = phases === undefined ? [] : namedPhases(phases, context);
  const by = readAsked(entry, surroundings);
  const service = serviceOf(textAt(entry.value, 'service'), context);
  if (taken !== undefined || source === undefined || by === undefined) return undefined;
  if (phases !== undefined && during.length === 0) return undefined;
  return { name, source: source.name, during, by, ...(service === undefined ? {} : { service }) };
}

function readSource(section: Section, entry: MapEntry, { context, sources }: Surroundings): Source | undefined {
  const node = textAt(entry.value, 'of');
  if (node === undefined) return undefined;
  const found = sources.find(node.text.trim(), node.span);
  if (found.state === 'waiting') context.skip(`${section}.${entry.key.text}`, found.what, node.span);
  if (found.state !== 'ready') return undefined;
  if (found.source.samples !== true) return found.source;
  const message = `\`${found.source.name}\` is numbers of a series, of which none can be looked at alone.`;
  context.report.add('E176', node.span, message, 'Write the name of a source of events.');
  return undefined;
}

function readAsked(entry: MapEntry, { context, roles }: Surroundings): Asked | undefined {
  const node = textAt(entry.value, 'by');
  if (node === undefined) return undefined;
  const text = node.text.trim();
  if (context.defines('people', text)) return { text, people: [text] };
  if (context.defines('roles', text)) {
    const people = roles[text] ?? [];
    // That nobody fills a role is said at the role.
    return people.length === 0 ? undefined : { text, people };
  }
  const known = [...context.namesOf('people'), ...context.namesOf('roles')];
  const hint = suggest(text, known, 'Write a name of `people` or `roles`.');
  context.report.add('E132', node.span, `There is no person or role \`${text}\`.`, hint);
  return undefined;
}

function readFirst({ key, value }: MapEntry, context: Context): Pick<Review, 'first' | 'per'> | undefined {
  const node = textAt(value, 'first');
  if (node === undefined) return undefined;
  const written = /^(?<count>\d{1,9})(?<daily>\s+per\s+day)?$/.exec(node.text.trim())?.groups;
  const first = Number(written?.['count'] ?? 0);
  if (first >= 1 && first <= limits.reviewSamples) {
    return { first, ...(written?.['daily'] === undefined ? {} : { per: 'day' }) };
  }
  const message = `\`reviews.${key.text}.first\` is a number of samples, from 1 to ${limits.reviewSamples}.`;
  context.report.add('E176', node.span, message, 'Write e.g. `first: 20`, or `first: 5 per day`.');
  return undefined;
}

/** Names of fields; undefined when something is wrong with one of them. */
function readFields({ key, value }: MapEntry, name: string, context: Context): readonly string[] | undefined {
  const sentences = sentencesOf(childAt(value, name));
  const where = `${key.text}.${name}`;
  const wrong = (place: Span, message: string, hint: string): true => {
    context.report.add('E176', place, message, hint);
    return true;
  };
  const [over] = sentences.slice(limits.vouchingFields);
  let failed =
    over !== undefined &&
    wrong(
      placeOf(over),
      `\`${where}\` has ${sentences.length} fields; at most ${limits.vouchingFields} are shown.`,
      'Leave some out.',
    );
  const fields = new Set<string>();
  for (const sentence of sentences) {
    const { text } = sentence;
    if (text === '' || text.length > limits.attributeKeyBytes)
      failed = wrong(placeOf(sentence), `\`${where}\` needs names of fields.`, 'Write them as senders do.');
    else if (fields.has(text)) failed = wrong(placeOf(sentence), `\`${where}\` names \`${text}\` twice.`, 'Keep one.');
    fields.add(text);
  }
  return failed ? undefined : [...fields];
}
