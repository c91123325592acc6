import { describe, expect, it } from 'vitest';
import { executedKinds } from '#plan/compile/channel-kinds.ts';
import { compilePlan, isExecutable } from '#plan/compile.ts';
import { channelCatalogue } from './catalogue.ts';
import type { ChannelField, ChannelSpec } from './channel.ts';

// The plan lies below the channels and keeps a table of its own of what each takes; here the two are held together.

const specs = Object.values(channelCatalogue).map((channel) => channel.spec);
const bound = specs.filter(({ builtIn }) => !builtIn);

function settingOf(field: ChannelField): string {
  if (field.secret) return 'secret A_NAME';
  if (field.type === 'email') return 'a@a.example';
  return field.type === 'url' ? 'https://a.example/x' : field.type === 'number' ? '1' : (field.values?.[0] ?? 'words');
}

function codesOf(spec: ChannelSpec, settings: Readonly<Record<string, string>>): readonly string[] {
  const lines = Object.entries({ kind: spec.kind, ...settings }).map(([key, value]) => `    ${key}: ${value}\n`);
  const text = `plan: shop\nchannels:\n  ops:\n${lines.join('')}`;
  return compilePlan([{ path: 'plan.yaml', text }]).diagnostics.map(({ code }) => code);
}

const everyField = (spec: ChannelSpec) =>
  Object.fromEntries(spec.fields.map((field) => [field.name, settingOf(field)]));
const fields = bound.flatMap((spec) =>
  spec.fields.map((field) => [`${spec.kind}.${field.name}`, spec, field] as const),
);

describe('what a plan may write under `channels` is what the channels take', () => {
  it('knows the same kinds, and whom they reach', () => {
    const own = Object.entries(executedKinds).map(([kind, { persons, addresses, placeSetting }]) => [
      kind,
      { persons, addresses, placeField: placeSetting },
    ]);
    const said = specs.map(({ kind, reaches: { persons, addresses, placeField } }) => [
      kind,
      { persons, addresses, placeField },
    ]);
    expect(Object.fromEntries(own)).toEqual(Object.fromEntries(said));
  });

  it.each(bound.map((spec) => [spec.kind, spec] as const))('%s with each of its fields compiles', (_, spec) => {
    expect(codesOf(spec, everyField(spec))).toEqual([]);
    expect(codesOf(spec, { ...everyField(spec), another: 'x' })).toEqual(['E121']);
  });

  it.each(fields)('%s is required in both or in neither', (_, spec, field) => {
    const { [field.name]: _left, ...rest } = everyField(spec);
    const needed = field.required || spec.fields.some((other) => other.with === field.name);
    expect(codesOf(spec, rest)).toEqual(needed ? ['E123'] : []);
  });

  it.each(fields)('%s may be written out in both or in neither, and always as a secret', (_, spec, field) => {
    const written = { ...field, secret: false };
    const codes = codesOf(spec, { ...everyField(spec), [field.name]: settingOf(written) });
    expect(codes).toEqual(field.secret ? ['E125'] : []);
    expect(codesOf(spec, { ...everyField(spec), [field.name]: 'secret A_NAME' })).toEqual([]);
  });

  it.each(fields.filter(([, , field]) => field.type !== 'text' || field.values !== undefined))(
    '%s is held to its type in both',
    (_, spec, field) => {
      const codes = codesOf(spec, { ...everyField(spec), [field.name]: 'no such thing' });
      expect(codes).toEqual([field.secret ? 'E125' : 'E167']);
    },
  );

  it.each(specs.map((spec) => [spec.kind, spec] as const))('the example of %s is executed whole', (_, spec) => {
    const compilation = compilePlan([{ path: 'plan.yaml', text: `plan: shop\n${spec.example}\n` }]);
    expect([...compilation.diagnostics, ...compilation.notExecuted]).toEqual([]);
    expect(isExecutable(compilation)).toBe(true);
    const told = compilation.plan?.severities.flatMap(({ notify }) => notify) ?? [];
    expect(told.some(({ kind }) => kind === 'person')).toBe(spec.reaches.persons !== undefined);
    expect(told.some(({ kind }) => kind === 'channel')).toBe(spec.reaches.addresses !== undefined);
  });

  it('a channel that is there by itself is not bound', () => {
    for (const spec of specs.filter(({ builtIn }) => builtIn)) expect(codesOf(spec, {})).toEqual(['E142']);
  });
});
