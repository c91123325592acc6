import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resultFields } from '#plan/probe-fields.ts';
import { probeKinds } from './catalogue.ts';
import { commonReasons, type KindSpec } from './kind.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/probes.md'), 'utf8');
/** The cells of reasons and outcome of each row that has them. */
const rows = [...text.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \| (failed|unmeasured) \|/gm)];
const documented = new Map(
  rows.flatMap(([, names = '', outcome]) =>
    [...names.matchAll(/`([a-z-]+)`/g)].map(([, name]) => [name, outcome] as const),
  ),
);

test('docs/probes.md lists every reason with its outcome, and no other', () => {
  const reasons: KindSpec['reasons'] = Object.assign({}, commonReasons, ...probeKinds.map(({ spec }) => spec.reasons));
  const known = Object.entries(reasons).map(([name, { outcome }]) => [name, outcome]);
  expect([...documented].sort()).toEqual(known.sort());
});

test.each(probeKinds.map(({ spec }) => spec))('docs/probes.md names the fields of $kind', ({ fields, form }) => {
  for (const field of Object.keys(fields)) expect(text).toContain(`\`${field}\``);
  expect(text).toContain(form.split(' ')[0]);
});

test.each(probeKinds.map(({ spec }) => spec))(
  'what an expectation may name of $kind is measured',
  ({ kind, fields }) => {
    const told = Object.keys(fields);
    const others = Object.keys(resultFields[kind]).filter((field) => !told.includes(field));
    // The duration is every result's, and body and JSON are looked at without being kept.
    expect(others.filter((field) => !['time', 'body', 'json.*'].includes(field))).toEqual([]);
  },
);
