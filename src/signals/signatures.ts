import { assert } from '#kernel/assert.ts';
import { hash53 } from '#kernel/hash64.ts';
import type { CompiledPlan, Measure, Source } from '#plan/model.ts';

/** What a source means, without how it is called. */
export function sourceSignature(source: Source): string {
  const ofPoints = source.samples === true ? [true] : [];
  return hash53(JSON.stringify([source.event, source.where, source.oncePer, source.units, ...ofPoints])).toString(36);
}

/** What a measure means, with its sources: two versions of a plan share a window when these are equal. */
export function measureSignature(plan: CompiledPlan, measure: Measure): string {
  const { id, text: _text, source, partner, ...meaning } = measure;
  const ofPartner = partner === undefined ? [] : [sourceSignature(sourceOf(plan, partner.source)), partner.field];
  // Windows of the last value came to keep more of each point.
  const ofLast = measure.function === 'last' ? ['life'] : [];
  const parts = [meaning, sourceSignature(sourceOf(plan, source)), ...ofPartner, ...ofLast];
  return `${id} ${hash53(JSON.stringify(parts)).toString(36)}`;
}

/** A source that the plan has. */
export function sourceOf(plan: CompiledPlan, name: string): Source {
  const source = plan.sources[name];
  assert(source !== undefined, `the plan has no source ${name}`);
  return source;
}
