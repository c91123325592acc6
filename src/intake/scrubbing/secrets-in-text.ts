/**
 * Finds what people did not mean to send: credentials, mail addresses and card numbers in text. Every pattern begins with something that is
 * looked for by itself and goes over each character a bounded number of times, so that the time grows with the text and nothing else.
 */
interface Finder {
  /** One of these, in lower case, is in every text that the finder changes. */
  readonly signs: readonly string[];
  replace(text: string): string;
}

/** What stands where something was taken out. */
export const REPLACED = '[scrubbed]';

/** What is in everything on the list but for keys, tokens and numbers that stand alone. */
const TELLING = /[@?=:%]/;
/** Those begin with one of these, or are digits, and are at least so long. */
const KEYLIKE =
  /eyJ|wb_|-BEGIN|earer |asic |igest |gotiate |AKIA|ASIA|AIza|xox[abeoprs]-|gh[opsur]_|github_pat_|glpat-|npm_|k_live_|k_test_|whsec_|SG\.|\d{4}[ -]?\d{4}[ -]?\d{2}|EARER |ASIC /;
const KEYLIKE_CHARACTERS = 13;
/** One of these is in all of them, and an id of hexadecimal digits is none of them. */
const KEYLIKE_SIGN = /[A-Z_\- ]/;
const FOUR_DIGITS = /\d\d\d\d/;
const HEXADECIMAL_ID = /^[\d-]*[a-f][\da-f-]*$/;
const SHORTEST = 6;
/** Up to here a value is looked for; what is longer is replaced in pieces. */
const VALUE = '"[^"]{1,4096}"|\'[^\']{1,4096}\'';

const finders: readonly Finder[] = [
  finder(['-begin'], /-----BEGIN [A-Z0-9 ]{0,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g, REPLACED),
  { signs: ['eyj'], replace: withoutWebTokens },
  finder(
    ['earer', 'asic', 'digest', 'negotiate'],
    /(bearer|basic|digest|negotiate)(\s{1,4})[\w.~+/=-]{8,}/gi,
    `$1$2${REPLACED}`,
  ),
  finder(['wb_'], /wb_[a-z]{1,16}_[\w-]{8,}/g, REPLACED),
  // Keys of providers that mark theirs: Stripe, GitHub, GitLab, Slack, AWS, Google, npm, SendGrid.
  finder(
    ['k_live_', 'k_test_', 'whsec_', 'gh', 'glpat-', 'xox', 'akia', 'asia', 'aiza', 'npm_', 'sg.'],
    /[srp]k_(?:live|test)_\w{8,}|whsec_[\w+/=-]{8,}|gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|npm_\w{20,}|SG\.[\w-]{16,64}\.[\w-]{16,}/g,
    REPLACED,
  ),
  // `https://user:password@host`.
  finder(['://'], /:\/\/[^\s/?#@]{1,256}@/g, `://${REPLACED}@`),
  // The query of an address within a text.
  finder(['?'], /\?[\w.%[\]-]{1,128}=[^\s"'<>\\]*/g, `?${REPLACED}`),
  // Headers hold several values, up to the end of their line.
  finder(
    ['ookie', 'uthorization'],
    new RegExp(`(cookie|authorization)(["']?\\s{0,4}[=:]\\s{0,4})(?:${VALUE}|[^\\r\\n"']{1,4096})`, 'gi'),
    `$1$2${REPLACED}`,
  ),
  finder(
    ['pass', 'pwd', 'secret', 'token', 'key', 'credential', 'signature', 'jwt', 'otp'],
    new RegExp(
      `(pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access|private|signing)[_-]?key|credentials?|signature|jwt|otp)(["']?\\s{0,4}[=:]\\s{0,4})(?!\\[)(?:${VALUE}|[^\\s"',;&)}\\]]{1,4096})`,
      'gi',
    ),
    `$1$2${REPLACED}`,
  ),
  finder(['@', '%40'], /(?<![\w.%+-])[\w.%+-]{1,256}(?:@|%40)(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}/gi, '[mail]'),
  {
    signs: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    replace: (text) =>
      text.replace(/(?<!\d[ -]?)\d(?:[ -]?\d){12,18}(?![ -]?\d)/g, (digits) =>
        isCardNumber(digits) ? '[card]' : digits,
      ),
  },
];

function finder(signs: readonly string[], pattern: RegExp, instead: string): Finder {
  return { signs, replace: (text) => text.replace(pattern, instead) };
}

/** The text without what is on the list; the same text when nothing is. */
export function withoutSecrets(text: string): string {
  if (text.length < SHORTEST) return text;
  // Most values are ordinary, and this says so quickly.
  if (!TELLING.test(text) && !isKeylike(text)) return text;
  const lower = text.toLowerCase();
  let result = text;
  for (const { signs, replace } of finders) {
    if (signs.some((sign) => lower.includes(sign))) result = replace(result);
  }
  return result;
}

function isKeylike(text: string): boolean {
  if (text.length < KEYLIKE_CHARACTERS || HEXADECIMAL_ID.test(text)) return false;
  // Two simple looks are faster than one for either.
  return (KEYLIKE_SIGN.test(text) || FOUR_DIGITS.test(text)) && KEYLIKE.test(text);
}

/** An address or path without its query, its fragment and the credentials in it. */
export function withoutQuery(text: string): string {
  const query = text.indexOf('?');
  const fragment = text.indexOf('#');
  if (query < 0 && fragment < 0) return withoutSecrets(text);
  const end = query < 0 || (fragment >= 0 && fragment < query) ? fragment : query;
  return withoutSecrets(end === query || text.lastIndexOf('/', end) >= 0 ? text.slice(0, end) : text);
}

/** JSON Web Tokens, signed or not: a part of a word that begins with `eyJ` and has a point. */
function withoutWebTokens(text: string): string {
  return text.replace(/[\w.-]+/g, (word) => {
    const start = word.indexOf('eyJ');
    return start >= 0 && word.indexOf('.', start) > start + 5 ? word.slice(0, start) + REPLACED : word;
  });
}

/** Luhn's check, with the first digits that cards have. */
function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '');
  if (!/^(?:4|5[1-5]|2[2-7]|3[0-9]|6)/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    if (index % 2 === 1) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return sum % 10 === 0;
}
