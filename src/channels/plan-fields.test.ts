import { describe, expect, it } from 'vitest';
import { compilePlan } from '#plan/compile.ts';
import { channelCatalogue } from './catalogue.ts';
import type { ChannelField, ChannelSpec } from './channel.ts';

// The plan lies below the channels and keeps a table of its own of what each takes; here the two are held together.

const specs = Object.values(channelCatalogue).map((channel) => channel.spec);
const bound = specs.filter(({ builtIn }) => !builtIn);

function settingOf(field: ChannelField): string {
  if (field.secret) return 'secret A_NAME';
  return field.type === 'url' ? 'https://a.example/x' : field.type === 'number' ? '1' : 'true';
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
  it.each(bound.map((spec) => [spec.kind, spec] as const))('%s with each of its fields compiles', (_, spec) => {
    expect(codesOf(spec, everyField(spec))).toEqual([]);
    expect(codesOf(spec, { ...everyField(spec), another: 'x' })).toEqual(['E121']);
  });

  it.each(fields)('%s is required in both or in neither', (_, spec, field) => {
    const { [field.name]: _left, ...rest } = everyField(spec);
    expect(codesOf(spec, rest)).toEqual(field.required ? ['E123'] : []);
  });

  it.each(fields)('%s may be written out in both or in neither', (_, spec, field) => {
    const value = field.type === 'url' ? 'https://a.example/x' : 'words';
    expect(codesOf(spec, { ...everyField(spec), [field.name]: value })).toEqual(field.secret ? ['E125'] : []);
  });

  it('a channel that is there by itself is not bound, and reaches what the plan says', () => {
    for (const spec of specs.filter(({ builtIn }) => builtIn)) expect(codesOf(spec, {})).toEqual(['E142']);
    for (const { kind, reaches, builtIn } of specs) {
      const recipient = reaches === 'persons' ? `mia by ${kind}` : `${kind}:ops`;
      const binding = builtIn ? '' : `channels: { ops: { kind: ${kind}, url: secret URL, secret: secret KEY } }\n`;
      const text = `plan: shop\npeople: { mia: {} }\n${binding}severities: { urgent: { notify: [${recipient}] } }\n`;
      const { diagnostics, notExecuted } = compilePlan([{ path: 'plan.yaml', text }]);
      expect([...diagnostics, ...notExecuted]).toEqual([]);
    }
  });
});
