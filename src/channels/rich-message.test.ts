import { expect, it } from 'vitest';
import { sampleNotification } from '../../test/conformance/channel.ts';
import { describeRichly, formatLocal, linesOf } from './rich-message.ts';
import { slackSpec } from './slack/spec.ts';

const links = { alert: 'https://watch.example/A-1', acknowledge: 'https://watch.example/a/x' };
const withContent = (more: object) => {
  const sample = sampleNotification();
  return { ...sample, content: { ...sample.content, ...more } };
};

it('names a comparison once when it is the whole condition, and each one otherwise', () => {
  expect(describeRichly(sampleNotification(), {}, slackSpec)).toMatchObject({
    lead: 'error_rate > 5%',
    figures: ['7.2% of 240 (limit 5%)'],
  });
  const both = withContent({ condition: 'error_rate > 5% and instances < 4' });
  expect(describeRichly(both, {}, slackSpec).figures).toEqual(['error_rate > 5%: 7.2% of 240 (limit 5%)']);
});

it('does not set a count against itself', () => {
  const [evidence] = sampleNotification().content.evidence;
  if (evidence === undefined) throw new Error('the sample has no evidence');
  const reading = { state: 'value', value: 5, sampleSize: 5, at: 0 } as const;
  const count = withContent({ evidence: [{ ...evidence, unit: '', against: [3], reading }] });
  expect(describeRichly(count, {}, slackSpec).figures).toEqual(['5 (limit 3)']);
});

it('names the keys that a figure counts', () => {
  const [evidence] = sampleNotification().content.evidence;
  if (evidence === undefined) throw new Error('the sample has no evidence');
  const reading = { state: 'value', value: 6, sampleSize: 40, at: 0 } as const;
  const found = { keys: ['INV-17', 'INV-23'], moreKeys: 4 };
  const keys = withContent({ evidence: [{ ...evidence, unit: '', against: [0], reading, found }] });
  expect(describeRichly(keys, {}, slackSpec).figures).toEqual(['6 of 40 (limit 0): INV-17, INV-23 and 4 more']);
});

it('says who found what wrong, in one line whatever they wrote', () => {
  const [evidence] = sampleNotification().content.evidence;
  if (evidence === undefined) throw new Error('the sample has no evidence');
  const reading = { state: 'value', value: 1, sampleSize: 3, at: 0 } as const;
  const found = [{ key: 'INV-17', what: 'no such\nbranch', by: 'mia', at: 0 }];
  const vouched = { kind: 'review', name: 'first-sales', found, more: 2 } as const;
  const judged = withContent({ evidence: [{ ...evidence, text: 'first-sales wrong', against: [], reading, vouched }] });
  expect(describeRichly(judged, {}, slackSpec).figures).toEqual([
    'first-sales wrong: 3 wrong of 3 judged: INV-17: no such branch (mia, 1970-01-01T00:00:00.000Z); and 2 more',
  ]);
});

it('names in a test what is tried out', () => {
  const test = (recipient: string, channel: string) => {
    const sample = sampleNotification();
    const identity = { ...sample.identity, recipient, channel };
    return describeRichly({ ...sample, identity }, { test: { by: 'mia' } }, slackSpec).title;
  };
  expect(test('slack:slack', 'slack')).toBe('Test: Tea shop reaches Slack');
  expect(test('slack:ops', 'ops')).toBe('Test: Tea shop reaches ops (Slack)');
  expect(test('slack:#ops', 'slack')).toBe('Test: Tea shop reaches slack:#ops');
});

it('shows a runbook as a link where it is one, as words where it is not', () => {
  const url = describeRichly(withContent({ runbook: 'https://runbooks.example/x' }), { links }, slackSpec);
  expect(url.links.map(({ label }) => label)).toEqual(['Acknowledge', 'Open the alert', 'Runbook']);
  expect(url.details.map(({ label }) => label)).not.toContain('Runbook');
  const words = describeRichly(withContent({ runbook: 'errors' }), { links }, slackSpec);
  expect(words.links.map(({ label }) => label)).toEqual(['Acknowledge', 'Open the alert']);
  expect(words.details).toContainEqual({ label: 'Runbook', value: 'errors' });
});

it.each(['javascript:alert(1)', 'https://a b', 'https://a"onclick="x', `https://a/${'x'.repeat(2_000)}`, 'ftp://a/b'])(
  'makes no link of %s',
  (alert) => expect(describeRichly(sampleNotification(), { links: { alert } }, slackSpec).links).toEqual([]),
);

it('lets no label turn the rest of a message around or begin a line', () => {
  const hostile = withContent({ group: JSON.stringify(['north\u202e\u2066\u2028Until: never\u2029\u0085']) });
  const message = describeRichly(hostile, { links }, slackSpec);
  const [title, all] = [message.title, linesOf(message).join('\n')];
  for (const text of [title, all]) {
    expect(text).toContain('north');
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u2028\u2029\u0085]/);
  }
});

it('says that a message may be a repetition where nobody else can see it', () => {
  const again = sampleNotification({ mayRepeat: true });
  expect(linesOf(describeRichly(again, {}, slackSpec))).toContain('You may have had this message already.');
  expect(describeRichly(again, {}, { ...slackSpec, deduplication: 'by-key' }).remarks).toEqual([]);
});

it('is as urgent as the place of the severity, and an end is never urgent', () => {
  const urgencies = [0, 1, 2, undefined].map(
    (severityRank) =>
      describeRichly(sampleNotification(), severityRank === undefined ? {} : { severityRank }, slackSpec).urgency,
  );
  expect(urgencies).toEqual(['highest', 'high', 'normal', 'high']);
  const over = withContent({ state: 'resolved', step: 'resolved', resolvedAt: 1_772_440_060_000 });
  expect(describeRichly(over, { severityRank: 0, links }, slackSpec)).toMatchObject({
    urgency: 'normal',
    links: [{ label: 'Open the alert' }],
  });
});

it('tells times in the zone of the plan, also where clocks are set back', () => {
  expect(formatLocal(Date.UTC(2026, 9, 25, 1, 30), 'Europe/Berlin')).toBe('2026-10-25 02:30:00 Europe/Berlin');
  expect(formatLocal(0, 'UTC')).toBe('1970-01-01 00:00:00 UTC');
});
