import type { ScrubRules } from '#plan/traffic.ts';
import { withoutSecrets } from './secrets-in-text.ts';

/**
 * What becomes of a field: `keep` as it is, `drop` it, `hash` its value, `replace` its value whole, cut the `query` from it, or take out of its
 * `text` what looks like a secret.
 */
export type FieldAction = 'keep' | 'drop' | 'hash' | 'replace' | 'query' | 'text';

/** A word of a field's name that says that its value is nobody's business. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'secret',
  'secrets',
  'token',
  'authorization',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'jwt',
  'bearer',
  'card',
  'cardnumber',
  'pan',
  'cvc',
  'cvv',
  'cvv2',
  'csc',
  'iban',
  'ssn',
  'apikey',
  'otp',
]);
/** Two words that say it together. */
const SECRET_PAIRS: ReadonlySet<string> = new Set([
  'api key',
  'access key',
  'private key',
  'signing key',
  'secret key',
  'encryption key',
  'set cookie',
  'account number',
]);
const ADDRESS_WORDS: ReadonlySet<string> = new Set([
  'url',
  'uri',
  'path',
  'href',
  'referer',
  'referrer',
  'target',
  'location',
  'route',
  'link',
]);

/** What becomes of a field by its name and the plan's changes. */
export function actionOf(field: string, rules: ScrubRules | undefined): FieldAction {
  if (rules !== undefined) {
    if (Object.hasOwn(rules.keep, field)) return 'keep';
    if (rules.drop.includes(field)) return 'drop';
    if (rules.hash.includes(field)) return 'hash';
  }
  // A name that holds a secret itself is a value in the wrong place.
  if (withoutSecrets(field) !== field) return 'drop';
  const words = wordsOf(field);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (SECRET_WORDS.has(word) || SECRET_PAIRS.has(`${word} ${words[index + 1] ?? ''}`)) return 'replace';
  }
  const last = words.at(-1) ?? '';
  if (last === 'query' && (words.at(-2) === 'url' || words.at(-2) === 'uri')) return 'replace';
  if (last === 'full' && words.at(-2) === 'url') return 'query';
  return ADDRESS_WORDS.has(last) ? 'query' : 'text';
}

/** The words of a name, lower case: `http.request.header.setCookie` is http, request, header, set and cookie. */
function wordsOf(field: string): readonly string[] {
  return field
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
