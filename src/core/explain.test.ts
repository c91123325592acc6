import { describe, expect, it } from 'vitest';
import { explainAlert, explainRule } from './explain.ts';
import { explanationLines } from './explain-text.ts';
import { isTrue, lasting, MIA, Play, plan, rule } from './testing.ts';

const write = (instant: number): string => `${instant / 1_000}s`;
const shop = plan([
  rule('errors', isTrue('a'), { text: 'a > 5%', notify: [MIA] }),
  rule('slow', lasting(isTrue('b'), 60_000), { text: 'b > 5% for 1 minute', unless: 'errors' }),
]);

describe('explain', () => {
  it('says of an alert why it fired and ended, who was told with what result, and who was not', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'true', b: 'true' });
    play.facts.push(
      ...(['delivery-retried', 'delivery-accepted'] as const).map((kind, place) => ({
        at: 1_100 + place * 1_000,
        kind,
        subject: 'A-1',
        reason: place === 0 ? ('provider-unreachable' as const) : ('provider-accepted' as const),
        body: {
          recipient: 'mia',
          channel: 'app',
          step: 'fired',
          cycle: 0,
          attempt: place + 1,
          ...(place === 0 ? { problem: 'connection refused' } : {}),
        },
      })),
    );
    play.pass(61_000);
    play.say(62_000, { a: 'false' });
    const explanation = explainAlert('A-1', play.facts, shop);
    expect(explanation === undefined ? [] : explanationLines(explanation, write)).toEqual([
      'A-1 errors: urgent, resolved',
      '  condition: a > 5%',
      '  fired 1s because',
      '    a > 5%: true, 8% of 50, against 5%, since 1s',
      '  resolved 62s after 1m1s: its condition was false for long enough',
      '    a > 5%: false, 1% of 50, against 5%, since 62s',
      '  told:',
      '    1s mia by app: fired, first notification',
      '      attempt 1 1.1s retried, the provider could not be reached: connection refused',
      '      attempt 2 2.1s accepted, accepted by the provider',
      '    62s mia by app: resolved, it has ended',
      '      waits to be sent',
    ]);
    const inhibited = explainAlert('A-2', play.facts, shop);
    expect(inhibited?.notTold).toEqual([{ at: 61_000, step: 'fired', reason: 'inhibited', by: ['A-1'] }]);
    expect(explainAlert('A-9', play.facts)).toBeUndefined();
  });

  it('says who acknowledged by what, and which silence kept it quiet, whose and until when', () => {
    const play = new Play(shop);
    const silence = { kind: 'silence', rule: 'errors', reason: 'moving', by: 'noah', via: 'web' } as const;
    play.input({ ...silence, until: 60_000, request: 'r' }, 500);
    play.say(1_000, { a: 'true' });
    play.input({ kind: 'end-silence', silence: 'S-1', by: 'mia', via: 'cli' }, 2_000);
    play.input({ ...silence, until: 90_000, request: 's' }, 3_000);
    play.input({ kind: 'acknowledge', alert: 'A-1', by: 'mia', via: 'link' }, 4_000);
    play.input({ kind: 'acknowledge', alert: 'A-1', by: 'noah', via: 'web' }, 5_000);
    const explanation = explainAlert('A-1', play.facts, shop);
    expect(explanation === undefined ? [] : explanationLines(explanation, write)).toEqual([
      'A-1 errors: urgent, firing',
      '  condition: a > 5%',
      '  fired 1s because',
      '    a > 5%: true, 8% of 50, against 5%, since 1s',
      '  acknowledged 4s by mia (by the link in a message)',
      '  2s alert-unsilenced: somebody ended the silence (S-1, mia)',
      '  3s alert-silenced: silenced (S-2) by noah until 90s: moving',
      '  5s command-refused: it was acknowledged before (noah)',
      '  told:',
      '    2s mia by app: fired, a silence has ended and it still fires',
      '      waits to be sent',
      '  not told:',
      '    1s fired: silenced (S-1) by noah until 60s: moving',
    ]);
    const standing = explainRule(play.world, 'errors', 4_000);
    expect(standing === undefined ? '' : explanationLines(standing, write)[2]).toBe(
      '  firing since 1s, A-1 told, acknowledged by mia 4s, silenced (S-2) by noah until 90s: moving',
    );
  });

  it('says of a rule how it stands', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'unknown', b: 'true' });
    const lines = (name: string, now: number): readonly string[] => {
      const explanation = explainRule(play.world, name, now);
      return explanation === undefined ? [] : explanationLines(explanation, write);
    };
    expect(lines('errors', 2_000)).toEqual([
      'errors: judged',
      '  condition: a > 5%',
      '  inactive',
      '    a > 5%: unknown, no data: no-events, against 5%, since 1s',
    ]);
    expect(lines('slow', 20_000)).toEqual([
      'slow: judged',
      '  condition: b > 5% for 1 minute',
      '  not evaluated since 1s: intake is silent',
      '  pending since 1s, due 61s',
      '    b > 5%: true, 8% of 50, against 5%, since 1s',
    ]);
    expect(lines('unheard-of', 2_000)).toEqual([]);
  });
});
