import { type Mistake, problemOf } from './attempt.ts';

const before = '(?<![\\p{L}\\p{N}_.-])';
const after = '(?![\\p{L}\\p{N}_.-])';

function words(pattern: string): RegExp {
  return new RegExp(`${before}(?:${pattern})${after}`, 'u');
}

const spikeWords = words('spikes?|spiking|surges?|surging|jumps?|jumped|leaps?|bursts?|soars?');

const spike: Mistake = ({ judging, masked }) => {
  const match = judging ? spikeWords.exec(masked) : null;
  if (match === null) return undefined;
  return problemOf(
    'E216',
    match,
    `\`${match[0]}\` names no size and no past.`,
    'Write the level, `payment_failures > 10%`, or the jump, `payment_failures rises more than 10 points vs 1h earlier`.',
  );
};

const stableWords = words('stable|steady|consistent|consistently|constant|unchanged');

const stable: Mistake = ({ judging, masked }) => {
  const match = judging ? stableWords.exec(masked) : null;
  if (match === null) return undefined;
  const rest = masked.slice(match.index + match[0].length);
  if (match[0] === 'steady' && /^\s+within\s.*\sover\s/u.test(rest)) return undefined;
  return problemOf(
    'E217',
    match,
    `\`${match[0]}\` needs a width and a time.`,
    'Write for instance `p95_response steady within 10% over 1h`.',
  );
};

/** Words that others use for the four verbs of the language. */
const verbs: ReadonlyMap<string, string> = new Map([
  ['increases', 'rises'],
  ['increase', 'rises'],
  ['rise', 'rises'],
  ['rose', 'rises'],
  ['climbs', 'rises'],
  ['falls', 'drops'],
  ['fall', 'drops'],
  ['drop', 'drops'],
  ['decreases', 'drops'],
  ['decrease', 'drops'],
  ['declines', 'drops'],
  ['grow', 'grows'],
  ['shrink', 'shrinks'],
]);
const otherVerbs = words([...verbs.keys()].join('|'));

const otherVerb: Mistake = ({ judging, masked, offset }) => {
  const match = judging ? otherVerbs.exec(masked) : null;
  // Such a word may also be a name; it is a mistake only where the parser came to it.
  if (match === null || offset > match.index + match[0].length + 1 || match.index === 0) return undefined;
  const verb = verbs.get(match[0]) ?? 'rises';
  const past = verb === 'grows' || verb === 'shrinks' ? 'more than 5%/h over 4h' : 'more than 20% vs previous day';
  return problemOf(
    'E227',
    match,
    `The language has no \`${match[0]}\`.`,
    `Write \`${verb}\`, e.g. \`${verb} ${past}\`.`,
  );
};

const changeVerbs = words('rises|drops');
const growthVerbs = words('grows|shrinks');
const amountPattern = /^\s*(?:by\s+)?[$€£]?(\d[\d.]*\s?(?:%|points?|[a-zA-Z]+)?(?:\/[a-z]+)?)/u;

const strength: Mistake = ({ judging, masked }) => {
  const match = judging ? (changeVerbs.exec(masked) ?? growthVerbs.exec(masked)) : null;
  if (match === null) return undefined;
  const rest = masked.slice(match.index + match[0].length);
  if (/^\s+(?:more\s+than|at\s+least)\s/u.test(rest)) return undefined;
  const amount = amountPattern.exec(rest)?.[1]?.trim() ?? '20%';
  const written = amountPattern.exec(rest)?.[0] ?? '';
  return {
    ...problemOf(
      'E218',
      match,
      `\`${match[0]}\` does not say whether ${amount} itself is enough.`,
      `Write \`${match[0]} more than ${amount}\` or \`${match[0]} at least ${amount}\`.`,
    ),
    end: match.index + match[0].length + written.length,
  };
};

const past: Mistake = ({ judging, masked }) => {
  const match = judging ? changeVerbs.exec(masked) : null;
  if (match === null) return undefined;
  const rest = masked.slice(match.index);
  if (/\svs\s/u.test(rest)) return undefined;
  const end = /(?=\s+(?:and|or|for)\s|\s*\)|\s*$)/u.exec(rest)?.index ?? rest.length;
  return {
    ...problemOf(
      'E219',
      match,
      'A change needs what it is compared with.',
      'Add for instance `vs previous day`, `vs 1h earlier`, `vs same hour of last 7 days` or `vs baseline NAME`.',
    ),
    end: match.index + end,
  };
};

const unusualPast: Mistake = ({ judging, masked }) => {
  const match = judging ? words('unusual|unusually (?:high|low)').exec(masked) : null;
  if (match === null || /\svs\s/u.test(masked.slice(match.index))) return undefined;
  return problemOf(
    'E219',
    match,
    `\`${match[0]}\` needs what is usual.`,
    `Write \`${match[0]} vs same hour of last 7 days\`.`,
  );
};

/** `5% growth` is a change without sign, verb and past. */
const growthNoun: Mistake = ({ judging, masked }) => {
  const match = judging
    ? /(\d[\d.]*%)\s+(?:growth|increase|decrease|decline|drop)(?![\p{L}\p{N}_-])/u.exec(masked)
    : null;
  if (match === null) return undefined;
  return problemOf(
    'E219',
    match,
    'A change needs what it is compared with.',
    `Write for instance \`users rises at least ${match[1]} vs previous month\`.`,
  );
};

const growthTime: Mistake = ({ judging, masked }) => {
  const match = judging ? growthVerbs.exec(masked) : null;
  if (match === null) return undefined;
  const rest = masked.slice(match.index);
  const amount = /^\S+\s+(?:more\s+than|at\s+least)\s+(\S+(?:\s?(?:points?|[KMGT]?B))?)/u.exec(rest)?.[1] ?? '5%';
  if (amount.includes('/') && /\sover\s/u.test(rest)) return undefined;
  if (/^\S+\s+(?:more\s+than|at\s+least)\s+\S+\s?\S*\/(?:s|min|h|d)\s+over\s/u.test(rest)) return undefined;
  return problemOf(
    'E223',
    match,
    `\`${match[0]}\` is a slope: so much per time, seen over a time.`,
    `Write for instance \`${match[0]} more than ${amount.includes('/') ? amount : `${amount}/h`} over 4h\`.`,
  );
};

/** Mistakes in what changes: spikes, rises, slopes, stability. */
export const changeMistakes: readonly Mistake[] = [
  spike,
  stable,
  growthNoun,
  strength,
  past,
  unusualPast,
  growthTime,
  otherVerb,
];
