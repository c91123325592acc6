import { describe, expect, test } from 'vitest';
import { agreeText, jobSnippet, pageSentence, partText, scheduleText, unknownText, uptimeText } from './probe-words.ts';

describe('uptime', () => {
  test.each([
    [undefined, 'not known'],
    [1, '100%'],
    [0.999_999, '99.99%'],
    [0.995, '99.5%'],
    [0, '0%'],
  ])('%s is %s', (uptime, text) => {
    expect(uptimeText(uptime)).toBe(text);
  });

  test('unknown time stands beside it', () => {
    expect(unknownText({ upMs: 1, downMs: 0, unknownMs: 59_000 })).toBeUndefined();
    expect(unknownText({ upMs: 1, downMs: 0, unknownMs: 3_600_000 })).toBe('1 h unknown');
    expect(unknownText({ upMs: 0, downMs: 0, unknownMs: 3_600_000 })).toBe('nothing measured');
    expect(partText({ upMs: 0, downMs: 0, unknownMs: 60_000 })).toBe('unknown');
    expect(partText({ upMs: 60_000, downMs: 0, unknownMs: 0 })).toBe('up');
    expect(partText({ upMs: 1_000, downMs: 2_000, unknownMs: 3_000 })).toBe('2 s down, 3 s unknown');
  });
});

test('it is said how many places make a failure', () => {
  expect([1, 2].map(agreeText)).toEqual(['when one place finds a failure', 'when 2 places agree']);
});

test('the sentence names the worst', () => {
  const passing = { state: 'passing' } as const;
  expect(pageSentence([passing, { state: 'failing' }], [{ state: 'late' }])).toEqual({
    tone: 'critical',
    word: '1 probe fails, 1 heartbeat is late or failed',
  });
  expect(pageSentence([passing, { state: 'waiting' }], [])).toMatchObject({ tone: 'none' });
  expect(pageSentence([passing, passing], [{ state: 'never' }])).toEqual({ tone: 'good', word: 'All 2 probes pass' });
  expect(pageSentence([], [{ state: 'never' }])).toMatchObject({ tone: 'none' });
});

test('a job is told its address, its schedule and its exit code', () => {
  const heartbeat = { name: 'nightly backup', schedule: { kind: 'cron', expression: '0 3 * * *' } } as const;
  const snippet = jobSnippet('http://intake:4318/v1/heartbeats/KEY/nightly%20backup', heartbeat);
  expect(snippet).toContain('0 3 * * *  ./nightly-backup.sh; curl');
  expect(snippet).toContain('/nightly%20backup/$?');
  expect(scheduleText({ ...heartbeat, graceMs: 600_000 })).toBe('cron 0 3 * * *, 10 min of grace');
});
