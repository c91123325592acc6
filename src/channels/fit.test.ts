import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeMarkdown } from './discord/render.ts';
import { escapeHtml, fitLines, fitText, utf8Length } from './fit.ts';
import { escapeMrkdwn } from './slack/render.ts';

/** What is escaped, what is more than one byte or unit, and what is neither. */
const texts = fc.string({ unit: fc.constantFrom(...'<>&*_`\\[(: "aé…🍵', '\ud800') });
const encoders = [escapeHtml, escapeMarkdown, escapeMrkdwn, (text: string) => text];

it('never makes a text longer than asked, whatever it has to escape', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 8, max: 60 }), (text, most) => {
      for (const encode of encoders) {
        expect(fitText(text, most, encode).length).toBeLessThanOrEqual(most);
        const bytes = fitText(text, most, encode, utf8Length);
        expect(utf8Length(bytes)).toBeLessThanOrEqual(most);
      }
    }),
  );
});

it('leaves what fits as it is, and cuts no escape and no character in two', () => {
  expect(fitText('a<b', 6, escapeHtml)).toBe('a&lt;b');
  expect(fitText('a<bc', 6, escapeHtml)).toBe('a&lt;…');
  expect(fitText('🍵🍵🍵', 5)).toBe('🍵🍵…');
  expect(fitText('🍵🍵🍵', 8, undefined, utf8Length)).toBe('🍵…');
});

it('drops whole lines at the end and says so', () => {
  expect(fitLines(['one', 'two', 'three'], 100)).toEqual(['one', 'two', 'three']);
  expect(fitLines(['one', 'two', 'three'], 12)).toEqual(['one', 'two', '…']);
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 8, max: 80 }), (lines, most) => {
      expect(fitLines(lines, most).join('\n').length).toBeLessThanOrEqual(most);
    }),
  );
});

it('counts bytes as the encoder does', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});
