import type * as ast from '../expression/ast.ts';
import { parseSource } from '../expression/parse.ts';
import type { Predicate, Search, Source } from '../model.ts';
import { BOUND_FIELD, countsUpToBounds, INCREASE_FIELD, LEVEL_FIELD } from '../sample-fields.ts';
import { BUILT_IN_SOURCES } from '../shape/built-in-sources.ts';
import { suggest } from '../text/nearest-name.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import type { MapEntry } from '../text/tree.ts';
import type { Webhook } from '../webhook.ts';
import type { Context } from './context.ts';
import { compilePredicate } from './predicates.ts';
import { sourceOfWebhook } from './webhooks.ts';

/** A source that is understood but cannot be read yet says why. */
export type SourceState =
  | { readonly state: 'ready'; readonly source: Source }
  | { readonly state: 'waiting'; readonly what: string }
  | { readonly state: 'broken' };

/** The sources of a plan by name; compiled when first asked for, so that their order in the text is free. */
export class Sources {
  readonly #context: Context;
  readonly #webhooks: readonly Webhook[];
  readonly #states: Map<string, SourceState> = new Map();
  readonly #used: Map<string, Source> = new Map();
  readonly #open: string[] = [];

  constructor(context: Context, webhooks: readonly Webhook[]) {
    this.#context = context;
    this.#webhooks = webhooks;
  }

  /** Compiles every declared source, so that each of their mistakes is said. */
  compileAll(): void {
    for (const entry of this.#context.entries('sources')) {
      const state = this.#lookup(entry.key.text, entry.key.span);
      if (state.state === 'ready') this.#used.set(entry.key.text, state.source);
    }
  }

  /** The source of a name that stands at `place`; an unknown one is reported there. */
  find(name: string, place: Span): SourceState {
    const state = this.#lookup(name, place);
    if (state.state === 'ready') this.#used.set(name, state.source);
    return state;
  }

  has(name: string): boolean {
    const context = this.#context;
    return (
      context.defines('sources', name) || context.defines('funnels', name) || Object.hasOwn(BUILT_IN_SOURCES, name)
    );
  }

  /** Whether a name is a source of samples, by itself or through the source that it narrows. */
  isSamples(name: string): boolean {
    const entry = this.#context.entry('sources', name);
    if (entry === undefined || this.#open.includes(name)) return false;
    const state = this.#lookup(name, entry.key.span);
    return state.state === 'ready' && state.source.samples === true;
  }

  names(): readonly string[] {
    const context = this.#context;
    return [...context.namesOf('sources'), ...context.namesOf('funnels'), ...Object.keys(BUILT_IN_SOURCES)];
  }

  /** A source that was found before. */
  used(name: string): Source | undefined {
    return this.#used.get(name);
  }

  /** Adds a source that the plan does not name. */
  define(source: Source): void {
    this.#used.set(source.name, source);
  }

  /** What a compiled plan holds: declared sources and the built-in ones that something reads. */
  compiled(): Readonly<Record<string, Source>> {
    return Object.fromEntries(this.#used);
  }

  #lookup(name: string, place: Span): SourceState {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const entry = this.#context.entry('sources', name);
    if (entry !== undefined) {
      if (this.#open.includes(name)) {
        const circle = [...this.#open, name].join(' → ');
        this.#context.report.add('E141', entry.key.span, `The source \`${name}\` is defined by itself: ${circle}.`);
        return { state: 'broken' };
      }
      this.#open.push(name);
      const state = this.#compile(entry);
      this.#open.pop();
      this.#states.set(name, state);
      return state;
    }
    if (this.#context.defines('funnels', name)) return { state: 'waiting', what: 'funnels' };
    if (Object.hasOwn(BUILT_IN_SOURCES, name)) {
      const event = BUILT_IN_SOURCES[name] ?? name;
      const state = { state: 'ready', source: { name, event, units: {} } } as const;
      this.#states.set(name, state);
      return state;
    }
    const hint = this.#open.length === 0 ? suggest(name, this.names()) : this.#hintInSource(name);
    this.#context.report.add('E131', place, `There is no source \`${name}\`.`, hint);
    return { state: 'broken' };
  }

  /** A source that names itself, or nearly, is meant to be of events. */
  #hintInSource(name: string): string {
    const others = this.names().filter((other) => !this.#open.includes(other));
    return suggest(name, others, `For events that you send, write \`events "${name}"\`.`) ?? '';
  }

  #compile(entry: MapEntry): SourceState {
    const name = entry.key.text;
    if (entry.value.kind !== 'text') return { state: 'broken' };
    if (Object.hasOwn(BUILT_IN_SOURCES, name)) {
      this.#context.report.add('E142', entry.key.span, `\`${name}\` is a built-in source.`, 'Give yours another name.');
    }
    const sentence = sentenceOf(entry.value);
    const parsed = this.#context.parsed(sentence, parseSource(sentence.text));
    return parsed === undefined ? { state: 'broken' } : this.#compileParsed(name, parsed, sentence);
  }

  /** The named searches: sources that nothing is measured of, looked at by people. */
  compileSearches(): readonly Search[] {
    return this.#context.entries('searches').flatMap((entry): Search[] => {
      if (entry.value.kind !== 'text') return [];
      const name = entry.key.text;
      const sentence = sentenceOf(entry.value);
      const parsed = this.#context.parsed(sentence, parseSource(sentence.text));
      if (parsed === undefined) return [];
      const { oncePer } = parsed;
      if (oncePer !== undefined) {
        const place = sentence.place(oncePer.span.start, oncePer.span.end);
        this.#context.skip(`searches.${name}`, '`once per` of a search', place);
      }
      const state = this.#compileParsed(name, parsed, sentence, 'searches');
      if (state.state !== 'ready') return [];
      const { event, where, units } = state.source;
      return [{ name, text: sentence.text, event, ...(where === undefined ? {} : { where }), units }];
    });
  }

  #compileParsed(name: string, parsed: ast.Source, sentence: Sentence, section = 'sources'): SourceState {
    const { origin } = parsed;
    const place = sentence.place(origin.span.start, origin.span.end);
    let inner: Source | undefined;
    if (origin.kind === 'source') {
      const state = this.#lookup(origin.source.text, place);
      if (state.state !== 'ready') {
        if (state.state === 'waiting') this.#context.skip(`${section}.${name}`, state.what, place);
        return state;
      }
      inner = state.source;
    } else if (origin.kind === 'webhook') {
      inner = this.#ofWebhook(origin.name, place);
      if (inner === undefined) return { state: 'broken' };
    } else if (origin.kind !== 'events' && origin.kind !== 'samples') {
      const what = origin.kind === 'query' ? 'sources from a query' : `sources from ${origin.kind}`;
      this.#context.skip(`${section}.${name}`, what, place);
      return { state: 'waiting', what };
    }
    const samples = origin.kind === 'samples' || inner?.samples === true;
    if (samples && parsed.oncePer !== undefined) {
      const { span } = parsed.oncePer;
      this.#context.skip(`${section}.${name}`, '`once per` of samples', sentence.place(span.start, span.end));
      return { state: 'waiting', what: '`once per` of samples' };
    }
    const units: Record<string, string> = { ...inner?.units };
    for (const field of parsed.fieldUnits) units[field.field.name] = field.unit.text;
    if (parsed.unit !== undefined) {
      units[LEVEL_FIELD] = parsed.unit.text;
      if (samples) units[INCREASE_FIELD] = parsed.unit.text;
      const series = inner?.event ?? (origin.kind === 'samples' ? origin.name : '');
      if (samples && countsUpToBounds(series)) units[BOUND_FIELD] = parsed.unit.text;
    }
    const subject = { units, ...(samples && { samples }) };
    const where =
      parsed.where === undefined ? undefined : compilePredicate(parsed.where, sentence, this.#context, subject);
    if (parsed.where !== undefined && where === undefined) return { state: 'broken' };
    const both = narrow(inner?.where, where);
    const oncePer = parsed.oncePer?.name ?? inner?.oncePer;
    const source: Source = {
      name,
      event: inner?.event ?? (origin.kind === 'events' || origin.kind === 'samples' ? origin.name : name),
      ...(samples && { samples }),
      ...(both === undefined ? {} : { where: both }),
      ...(oncePer === undefined ? {} : { oncePer }),
      units,
    };
    return { state: 'ready', source };
  }

  /** The events of a webhook; undefined with the name reported when the plan does not set it up. */
  #ofWebhook(name: string, place: Span): Source | undefined {
    const webhook = this.#webhooks.find((one) => one.name === name);
    if (webhook !== undefined) return sourceOfWebhook(webhook);
    // One whose line has a mistake was reported there.
    if (!this.#context.defines('webhooks', name)) {
      const hint = suggest(name, this.#context.namesOf('webhooks'), 'Set it up under `webhooks`.');
      this.#context.report.add('E140', place, `There is no webhook \`${name}\`.`, hint);
    }
    return undefined;
  }
}

/** Both conditions, either of which may be absent. */
export function narrow(outer: Predicate | undefined, inner: Predicate | undefined): Predicate | undefined {
  if (outer === undefined) return inner;
  return inner === undefined ? outer : { kind: 'and', of: [outer, inner] };
}
