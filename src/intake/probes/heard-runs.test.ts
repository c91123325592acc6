import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Confirmation, Probe } from '#plan/probe.ts';
import type { EventRecord } from '#signals/record.ts';
import { HeardRuns } from './heard-runs.ts';

const T0 = 1_790_000_000_000;
const RUN = `wb${'b'.repeat(24)}`;
const OTHER = `wb${'c'.repeat(24)}`;

function probe(name: string, confirm: Partial<Confirmation> = {}): Probe {
  return {
    ...{ name, text: name, everyMs: { otherwise: 3_600_000 }, timeoutMs: 10_000, expect: [] },
    check: { kind: 'http', method: 'POST', url: 'https://mail.example/', headers: {} },
    confirm: { event: 'mail-received', field: 'run', withinMs: 600_000, ...confirm },
  };
}

const event = (attributes: EventRecord['attributes'], name = 'mail-received'): EventRecord => ({
  ...{ name, time: T0, id: 'e', attributes },
});

function listening(...probes: readonly Probe[]): HeardRuns {
  const heard = new HeardRuns();
  heard.configure(probes, T0);
  return heard;
}

test('an id is heard in the field that the plan names, of the events that it names', () => {
  const heard = listening(
    probe('mail'),
    probe('delivered', { where: { kind: 'compare', field: 'status', operator: '=', value: 'delivered' } }),
    probe('by-user', { field: 'user' }),
  );
  const hear = (record: EventRecord) => heard.find([record]).map(({ probe: name }) => name);
  expect(hear(event({ run: `Re: check ${RUN.toUpperCase()}!` }))).toEqual(['mail']);
  expect(hear(event({ run: RUN, status: 'delivered' }))).toEqual(['mail', 'delivered']);
  expect(hear({ ...event({}), user: RUN })).toEqual(['by-user']);
  expect(hear(event({ other: RUN, run: 7 }))).toEqual([]);
  expect(hear(event({ run: RUN }, 'mail-sent'))).toEqual([]);
});

test('it is known whether it was asked for before or after, and of no other probe', () => {
  const heard = listening(probe('mail'), probe('text', { event: 'text-received' }));
  expect(heard.ask({ probe: 'mail', run: RUN })).toEqual({ since: T0 });
  heard.note(heard.find([event({ run: RUN })]), T0 + 5);
  heard.note(heard.find([event({ run: RUN })]), T0 + 9);
  expect(heard.ask({ probe: 'mail', run: RUN })).toEqual({ since: T0, heardAt: T0 + 5 });
  expect(heard.ask({ probe: 'text', run: RUN })).toEqual({ since: T0 });
  expect(heard.ask({ probe: 'other', run: RUN })).toBeUndefined();
});

test('what is too much is forgotten from its beginning on, which is told', () => {
  const heard = listening(probe('mail'));
  for (let index = 0; index <= limits.probeRunsHeard; index += 1)
    heard.note([{ probe: 'mail', run: `${index}` }], T0 + index);
  expect(heard.state).toHaveLength(limits.probeRunsHeard);
  expect(heard.ask({ probe: 'mail', run: '0' })).toEqual({ since: T0 + 1 });
  expect(heard.ask({ probe: 'mail', run: '1' })).toEqual({ since: T0 + 1, heardAt: T0 + 1 });
  heard.note([{ probe: 'mail', run: RUN }], T0 + 2 * limits.probeRunsHeardMs);
  expect(heard.state).toEqual([['mail', RUN, T0 + 2 * limits.probeRunsHeardMs]]);
});

test('after a restart what was heard is known, and what was not may have been missed', () => {
  const heard = listening(probe('mail'), probe('gone'));
  heard.note([{ probe: 'mail', run: RUN }], T0 + 5);
  const again = new HeardRuns();
  again.restore(heard.state);
  expect(again.state).toEqual(heard.state);
  again.configure([probe('mail')], T0 + 100);
  expect(again.ask({ probe: 'mail', run: RUN })).toEqual({ since: T0 + 100, heardAt: T0 + 5 });
  // Another version of the plan that waits for the same changes nothing.
  again.configure([probe('mail')], T0 + 200);
  expect(again.ask({ probe: 'mail', run: OTHER })).toEqual({ since: T0 + 100 });
  again.configure([probe('mail', { field: 'subject' })], T0 + 300);
  expect(again.ask({ probe: 'mail', run: RUN })).toEqual({ since: T0 + 300 });
});
