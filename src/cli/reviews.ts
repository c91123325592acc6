import type { Command } from 'commander';
import type { ComparisonAnswer, ComparisonDetailAnswer, ListDifferenceAnswer } from '#contract/comparisons.ts';
import type { ReviewAnswer, SampleAnswer, SampleListAnswer } from '#contract/reviews.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatCount } from '#kernel/format-figure.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import { readTextFile } from './plan-files.ts';
import { print, reach } from './reach.ts';
import type { Runtime } from './runtime.ts';
import { shown } from './shown.ts';
import { formatTable } from './table.ts';

/** `watchbill reviews`, `judge` and `compare`: what people vouch for. */
export function registerReviews(program: Command, runtime: Runtime): void {
  registerList(program, runtime);
  registerJudge(program, runtime);
  registerCompare(program, runtime);
}

function registerList(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('reviews')
      .summary('samples that people judge, and lists that they compare')
      .argument('[review]', 'a review: its samples')
      .option('--waiting', 'only what waits for somebody'),
  )
    .addHelpText('after', '\nExamples:\n  $ watchbill reviews\n  $ watchbill reviews first-sales --waiting')
    .action(async (review: string | undefined, options: ServerOptionValues & { waiting?: true }) => {
      const { client, path } = await reach(runtime, options);
      if (review !== undefined) {
        const found = await client.get<SampleListAnswer>(path('reviews', review, 'samples'));
        const samples = found.samples.filter(({ verdict }) => !options.waiting || verdict === undefined);
        print(runtime, options, { ...found, samples }, describeSamples(found.review, samples));
        return;
      }
      const [{ reviews }, { comparisons }] = await Promise.all([
        client.get<{ reviews: readonly ReviewAnswer[] }>(path('reviews')),
        client.get<{ comparisons: readonly ComparisonAnswer[] }>(path('comparisons')),
      ]);
      const shown = {
        reviews: reviews.filter(({ waiting, unread }) => !options.waiting || waiting > 0 || unread !== undefined),
        comparisons: comparisons.filter((one) => !options.waiting || isWaiting(one)),
      };
      print(runtime, options, shown, describeAll(shown.reviews, shown.comparisons, options.waiting === true));
    });
}

function registerJudge(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('judge')
      .summary('say whether a sample of a review is right')
      .argument('<review>', 'the review')
      .argument('<sample>', 'the sample as `watchbill reviews REVIEW` names it, or the id of its event')
      .argument('<verdict>', 'right, wrong, or settled for what was wrong')
      .option('--note <text>', 'what is wrong, or how it was settled; needed for both'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill judge first-sales INV-1004 wrong --note "rung up as 90"')
    .action(async (review: string, named: string, verdict: string, options: ServerOptionValues & { note?: string }) => {
      if (!['right', 'wrong', 'settled'].includes(verdict)) {
        throw new WatchbillError('usage', `"${verdict}" is no verdict: write right, wrong or settled.`);
      }
      const { client, path } = await reach(runtime, options);
      const { samples } = await client.get<SampleListAnswer>(path('reviews', review, 'samples'));
      const { sample, label, verdict: said } = sampleNamed(samples, review, named);
      const body = {
        ...{ verdict, expectedVersion: said?.version ?? 0 },
        ...(options.note === undefined ? {} : { note: options.note }),
      };
      const judged = await client.post<SampleAnswer>(path('reviews', review, 'samples', sample, 'verdict'), body);
      print(runtime, options, judged, `${shown(label)} of ${review} is ${verdict}, says ${judged.verdict?.by ?? ''}.`);
    });
}

interface CompareOptions extends ServerOptionValues {
  readonly from?: string;
  readonly to?: string;
  readonly settled?: string;
  readonly notAvailable?: string;
}

function registerCompare(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('compare')
      .summary('hold a list that was kept by hand against what the system says')
      .argument('<comparison>', 'the comparison')
      .argument('[file]', 'the list, as CSV; without it what came of the latest one')
      .option('--from <instant>', 'the list is of the time from here on, such as 2026-03-02T00:00:00Z')
      .option('--to <instant>', 'and until here')
      .option('--settled <note>', 'what differs has been dealt with, and how')
      .option('--not-available <note>', 'there is no list to compare with, and why'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill compare manual-sales sales-of-monday.csv')
    .action(async (name: string, file: string | undefined, options: CompareOptions) => {
      const wanted = [file, options.settled, options.notAvailable].filter((one) => one !== undefined);
      if (wanted.length > 1) {
        throw new WatchbillError('usage', 'Give a list, or --settled, or --not-available: one of them.');
      }
      if (file === undefined && (options.from !== undefined || options.to !== undefined)) {
        throw new WatchbillError('usage', '--from and --to say which time a list is of: name the list too.');
      }
      const list = file === undefined ? undefined : readTextFile(runtime.workingFolder, file).text;
      const { client, path } = await reach(runtime, options);
      const url = path('comparisons', name);
      if (list !== undefined) {
        const span = { ...(options.from ? { from: options.from } : {}), ...(options.to ? { to: options.to } : {}) };
        const compared = await client.post<ComparisonDetailAnswer>(`${url}/uploads`, { list, ...span });
        print(runtime, options, compared, describeDetail(compared));
        return;
      }
      const seen = await client.get<ComparisonDetailAnswer>(url);
      const note = options.settled ?? options.notAvailable;
      if (note === undefined) {
        print(runtime, options, seen, describeDetail(seen));
        return;
      }
      const body = { note, expectedVersion: seen.comparison.version };
      const command = options.settled === undefined ? 'not-available' : 'settle';
      const closed = await client.post<ComparisonAnswer>(`${url}/${command}`, body);
      print(runtime, options, closed, `${name}: ${describeState(closed)}.`);
    });
}

function sampleNamed(samples: readonly SampleAnswer[], review: string, named: string): SampleAnswer {
  const exact = samples.find(({ sample }) => sample === named);
  const [first, second] = samples.filter(({ label }) => label === named);
  const found = exact ?? (second === undefined ? first : undefined);
  if (found !== undefined) return found;
  if (second === undefined) throw new WatchbillError('not-found', `${review} has no sample "${named}".`, named);
  const ids = samples.filter(({ label }) => label === named).map(({ sample }) => sample);
  throw new WatchbillError('usage', `Several samples are called "${named}"; name one by its id: ${ids.join(', ')}.`);
}

function isWaiting({ state, span }: ComparisonAnswer): boolean {
  return state === 'different' || (state === 'waiting' && span !== 'not-begun');
}

function describeAll(
  reviews: readonly ReviewAnswer[],
  comparisons: readonly ComparisonAnswer[],
  waiting: boolean,
): string {
  if (reviews.length + comparisons.length === 0) {
    return waiting ? 'Nothing waits for anybody.' : 'The plan asks nobody to review or compare anything.';
  }
  const reviewRows = reviews.map((one) => [
    ...[one.name, one.by.text, one.span],
    one.unread === undefined ? String(one.waiting) : 'not known',
    ...[one.right, one.wrong, one.settled].map((count) => String(count)),
  ]);
  const comparisonRows = comparisons.map((one) => [one.name, one.by.text, one.span, describeState(one)]);
  const columns = ['review', 'asked', 'time', 'waiting', 'right', 'wrong', 'settled'];
  const tables = [
    ...(reviews.length === 0 ? [] : [formatTable(columns, reviewRows)]),
    ...(comparisons.length === 0 ? [] : [formatTable(['comparison', 'asked', 'time', 'state'], comparisonRows)]),
  ];
  return tables.join('\n\n');
}

function describeSamples(review: ReviewAnswer, samples: readonly SampleAnswer[]): string {
  const { ask, chosen, waiting, by } = review;
  const counts = `${review.name}: ${waiting} of ${chosen} wait for ${by.text}.`;
  const said = review.unread === undefined ? counts : `${review.name}: only what was judged is known. ${review.unread}`;
  const head = `${said}${ask === undefined ? '' : ` ${ask}`}`;
  if (samples.length === 0) return head;
  const fields = [...new Set(samples.flatMap((sample) => sample.fields.map(({ field }) => field)))];
  const rows = samples.map((sample) => [
    ...[shown(sample.label), sample.at ?? (review.unread === undefined ? 'not kept any more' : 'not known now')],
    ...fields.map((name) => shown(String(sample.fields.find(({ field }) => field === name)?.value ?? ''))),
    sample.verdict === undefined ? '' : describeVerdict(sample.verdict),
  ]);
  return `${head}\n\n${formatTable(['sample', 'time', ...fields, 'verdict'], rows)}`;
}

function describeVerdict({ state, by, note }: NonNullable<SampleAnswer['verdict']>): string {
  return `${state}, says ${by}${note === undefined ? '' : `: ${shown(note)}`}`;
}

function describeState({ state, rows, differences, said }: ComparisonAnswer): string {
  const who = said === undefined ? '' : ` (${said.by}${said.note === undefined ? '' : `: ${shown(said.note)}`})`;
  switch (state) {
    case 'waiting':
      return 'no list has been compared';
    case 'not-applicable':
      return `not applicable, there is no list${who}`;
    case 'settled':
      return `settled, ${formatCount(differences)} differed${who}`;
    case 'different':
      return `${formatCount(differences)} differ, the list has ${formatCount(rows)} lines${who}`;
    case 'equal':
      return `equal, ${formatCount(rows)} lines${who}`;
  }
}

function describeDetail({ comparison, upload, segmentsWaiting }: ComparisonDetailAnswer): string {
  const head = `${comparison.name}: ${describeState(comparison)}.`;
  if (upload === undefined) return head;
  const { withoutKey, events } = upload;
  const notes = [
    `Compared with ${formatCount(events)} events of ${comparison.source} from ${upload.from} to ${upload.to}.`,
    ...comparison.open.map(
      ({ differences, from, to, by }) =>
        `${formatCount(differences)} differ in the list from ${from} to ${to} (${by}), which is not settled.`,
    ),
    ...(withoutKey === 0 ? [] : [`${formatCount(withoutKey)} events have no ${comparison.key}.`]),
    ...(segmentsWaiting === 0 ? [] : ['Events are still on their way to the telemetry store; compare again soon.']),
  ];
  const more = upload.differences - upload.shown.length;
  const table = formatTable(
    ['key', 'line', 'what differs'],
    upload.shown.map((one) => [shown(one.key), one.lines.join(', '), shown(describeDifference(one))]),
  );
  return [
    [head, ...notes].join('\n'),
    ...(upload.shown.length === 0 ? [] : [table]),
    ...(more > 0 ? [`${formatCount(more)} more differ.`] : []),
  ].join('\n\n');
}

function describeDifference({ kind, inList, inSystem, values }: ListDifferenceAnswer): string {
  if (kind === 'repeated') return `${inList} times in the list, ${inSystem} times in the system`;
  if (kind === 'only-in-list') return 'only in the list';
  if (kind === 'only-in-system') return 'only in the system';
  return values
    .map(
      ({ field, list, system }) => `${field}: ${list || 'nothing'} in the list, ${system ?? 'nothing'} in the system`,
    )
    .join('; ');
}
