import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { AvailabilityWindows } from './availability/availability-windows.ts';
import type { ComparisonJudge } from './comparison-judge.ts';
import { KeyWindow } from './keys/key-window.ts';
import type { LiveWindow, Route } from './routes.ts';
import { measureSignature, sourceOf, sourceSignature } from './signatures.ts';
import type { SilenceWatch } from './silence-watch.ts';
import { type NumberReader, type NumberWriter, readSections } from './snapshot-format.ts';
import type { Watches } from './watch/watches.ts';

/** The section that says when the plan received for the first time. */
const RECEIVED_FROM = 'received from';

/** What an executor is made of, as far as its snapshot says something of it. */
export interface ExecutorParts {
  readonly plan: CompiledPlan;
  readonly windows: readonly LiveWindow[];
  readonly routes: readonly Route[];
  readonly judges: readonly ComparisonJudge[];
  readonly silences: readonly SilenceWatch[];
  readonly watches: Watches;
  readonly availabilities: AvailabilityWindows;
}

/**
 * Writes every part under a name that says what it means, so that another version of the plan finds what is the same in it. `first` is when
 * the plan received for the first time, −Infinity when it did not.
 */
export function writeSections(parts: ExecutorParts, first: Instant, out: NumberWriter): void {
  const sections: (readonly [string, { write(out: NumberWriter): void }])[] = [];
  if (first > Number.NEGATIVE_INFINITY) sections.push([RECEIVED_FROM, { write: (part) => part.number(first) }]);
  for (const window of parts.windows) sections.push([sectionOf(parts.plan, window), window]);
  for (const { oncePer, source } of parts.routes) {
    if (oncePer !== undefined) sections.push([oncePer.isCold ? coldSection(source) : onceSection(source), oncePer]);
  }
  for (const judge of parts.judges) sections.push([`test ${judge.test.id}`, judge]);
  sections.push(...parts.availabilities.sections());
  for (const watch of [...parts.silences, ...parts.watches.all]) sections.push([`test ${watch.test.id}`, watch]);
  out.number(sections.length);
  for (const [name, section] of sections) out.section(name, (part) => section.write(part));
}

/**
 * Reads what `writeSections` wrote, perhaps of another version of the plan, into new parts, as of the instant of that; gives when the plan
 * received for the first time. Measures that are new begin to refill, unless nothing came that would matter.
 */
export function restoreSections(
  parts: ExecutorParts,
  from: NumberReader,
  lastReceivedAt: Instant,
  now: Instant,
): Instant {
  const sections = readSections(from);
  for (const window of parts.windows) {
    const section = sections.get(sectionOf(parts.plan, window));
    if (section !== undefined) window.read(section);
    else if (
      sourceOf(parts.plan, window.measure.source).standing !== true &&
      lastReceivedAt + limits.futureMs >= now - window.keptMs
    ) {
      window.beginRefilling(now);
    } else if (window instanceof KeyWindow) window.lacksNothing();
  }
  for (const { oncePer, source } of parts.routes) {
    const section = sections.get(onceSection(source));
    const cold = sections.get(coldSection(source));
    if (section !== undefined) oncePer?.restore(section, false);
    else if (cold !== undefined) oncePer?.restore(cold, true);
  }
  for (const one of [...parts.judges, ...parts.silences, ...parts.watches.all]) {
    const section = sections.get(`test ${one.test.id}`);
    if (section !== undefined) one.restore(section);
  }
  parts.availabilities.restore(sections, now);
  return sections.get(RECEIVED_FROM)?.number() ?? Number.NEGATIVE_INFINITY;
}

function sectionOf(plan: CompiledPlan, window: LiveWindow): string {
  return `${window instanceof KeyWindow ? 'keys' : 'measure'} ${measureSignature(plan, window.measure)}`;
}

function onceSection(source: Route['source']): string {
  return `once ${sourceSignature(source)}`;
}

/** Of a source that takes each value once, and may not know which came before. */
function coldSection(source: Route['source']): string {
  return `once so far ${sourceSignature(source)}`;
}
