import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { channelConformance, sampleNotification, tryChannel } from '../../../test/conformance/channel.ts';
import { webhook } from './send.ts';

channelConformance(webhook, 'http');

const url = 'https://hooks.example/in';

describe('the webhook', () => {
  it.each([
    ['whsec_', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {}],
    ['plain text', 'correct horse battery staple', { format: 'raw' }],
  ] as const)('signs so that the standard library verifies it, with a secret in %s', async (_, secret, options) => {
    // The library compares the timestamp with the real clock, so this one attempt is made now.
    const { requests } = await tryChannel(webhook, { settings: { url, secret }, now: Date.now() });
    const request = requests[0];
    if (request === undefined) throw new Error('nothing was sent');
    const body = new TextDecoder().decode(request.body);
    const verifier = new Webhook(secret, options);
    expect(verifier.verify(body, request.headers)).toMatchObject({ type: 'alert.firing' });
    expect(() => verifier.verify(`${body} `, request.headers)).toThrow();
    expect(request.headers['webhook-timestamp']).toMatch(/^\d{10}$/);
  });

  it('says what fired, by which figures', async () => {
    const { requests } = await tryChannel(webhook, { settings: { url, secret: 'key' } });
    expect(JSON.parse(new TextDecoder().decode(requests[0]?.body))).toEqual({
      type: 'alert.firing',
      timestamp: '2026-03-02T08:26:40.100Z',
      data: {
        plan: 'tea-shop',
        alert: 'A-1',
        rule: 'errors',
        group: ['/orders'],
        severity: 'urgent',
        state: 'firing',
        condition: 'error_rate > 5%',
        openedAt: '2026-03-02T08:26:40.000Z',
        cycle: 0,
        readings: [
          {
            test: 'error_rate > 5%',
            truth: 'true',
            state: 'value',
            value: 0.072,
            unit: '%',
            sampleSize: 240,
            threshold: [0.05],
            at: '2026-03-02T08:26:40.000Z',
          },
        ],
        title: 'urgent: errors [/orders] fires (A-1, Tea shop)',
        text: [
          'error_rate > 5%',
          'error_rate > 5%: 7.2% of 240 (limit 5%)',
          'Since 2026-03-02T08:26:40.000Z.',
          'Told again every 1h while it lasts.',
        ].join('\n'),
      },
    });
  });

  it.each([
    ['fired', 'alert.firing'],
    ['repeated', 'alert.repeated'],
    ['flapping', 'alert.flapping'],
    ['resolved', 'alert.resolved'],
  ] as const)('names the step %s', async (step, type) => {
    const sample = sampleNotification();
    const notification = { ...sample, content: { ...sample.content, step } };
    const { requests } = await tryChannel(webhook, { notification, settings: { url, secret: 'key' } });
    expect(JSON.parse(new TextDecoder().decode(requests[0]?.body)).type).toBe(type);
  });

  it('refuses without url or secret, and sends nothing', async () => {
    for (const settings of [{ url }, { secret: 'key' }, { url, secret: '' }, {}]) {
      const { attempt, requests } = await tryChannel(webhook, { settings });
      expect(attempt.outcome).toBe('refused');
      expect(requests).toEqual([]);
    }
  });

  it('sends the same body on every attempt', async () => {
    const first = await tryChannel(webhook);
    const second = await tryChannel(webhook, {
      notification: sampleNotification({ attempt: 2, mayRepeat: true }),
      now: 1_772_449_000_000,
    });
    expect(second.requests[0]?.body).toEqual(first.requests[0]?.body);
  });
});
