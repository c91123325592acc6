import { type Mistake, problemOf } from './attempt.ts';

const cadenceHints: ReadonlyMap<string, string> = new Map([
  ['hourly', 'every 1h'],
  ['daily', 'daily at 09:00'],
  ['every day', 'daily at 09:00'],
  ['weekly', 'mondays at 09:00'],
  ['every week', 'mondays at 09:00'],
  ['monthly', 'monthly on the 1st at 09:00'],
  ['every month', 'monthly on the 1st at 09:00'],
  ['quarterly', 'quarterly on the 1st at 09:00'],
  ['yearly', 'yearly on the 1st at 09:00'],
]);

const cadenceHour: Mistake = ({ rule, masked }) => {
  if (rule !== 'CadenceSentence') return undefined;
  const match =
    /^\s*(hourly|daily|weekly|monthly|quarterly|yearly|every\s+(?:day|week|month)|(?:every\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:every\s+)?(?:workday|weekend)s?)(?![\p{L}\p{N}_-])/u.exec(
      masked,
    );
  if (match === null) return undefined;
  const word = (match[1] ?? '').replace(/\s+/gu, ' ');
  if (/\sat\s+\d/u.test(masked) && !/^(?:every|hourly|weekly)/u.test(word)) return undefined;
  const day = /(?:\p{L}+day|weekend)s?$/u.exec(word)?.[0];
  const hint = cadenceHints.get(word) ?? `${day?.replace(/s?$/u, 's') ?? 'mondays'} at 09:00`;
  return problemOf(
    'E221',
    { index: match[0].length - (match[1]?.length ?? 0), 0: match[1] ?? '' },
    word === 'hourly' ? 'The language says `every 1h`.' : `\`${word}\` needs the hour.`,
    `Write for instance \`${hint}\`.`,
  );
};

const timed = new Set(['SpanSentence', 'CadenceSentence']);

const clockTime: Mistake = ({ rule, masked }) => {
  if (!timed.has(rule)) return undefined;
  const match = /(?<![\d:])\d{1,2}(?::\d{1,2})?\s?(?:am|pm|AM|PM)(?!\p{L})|(?<![\d:])\d{1,2}:\d{1,2}(?!\d)/u.exec(
    badTimesOnly(masked),
  );
  if (match === null) return undefined;
  const [, hours = '9', minutes = '00', half = ''] = /^(\d+)(?::(\d+))?\s?(\w*)/u.exec(match[0]) ?? [];
  const hour = (Number(hours) % (half === '' ? 100 : 12)) + (/pm/iu.test(half) ? 12 : 0);
  const shown = hour < 24 && Number(minutes) < 60 ? `${pad(hour)}:${pad(Number(minutes))}` : '09:00';
  return problemOf(
    'E229',
    match,
    `\`${match[0]}\` is not a time of day.`,
    `Write \`${shown}\`: two digits, from 00:00 to 24:00.`,
  );
};

const calendarDate: Mistake = ({ rule, masked, offset }) => {
  if (rule !== 'SpanSentence') return undefined;
  const match = /(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?!\d)|(?<!\d)\d{1,2}[./]\d{1,2}[./]\d{2,4}(?!\d)/u.exec(
    masked.slice(offset),
  );
  if (match === null || match.index > 0) return undefined;
  const rest = masked.slice(offset + match[0].length);
  const lacksTime = /^\d{4}-\d{2}-\d{2}$/u.test(match[0]) && !/^\s+\d/u.test(rest);
  return problemOf(
    'E229',
    { index: offset, 0: match[0] },
    lacksTime ? `\`${match[0]}\` needs a time of day.` : `\`${match[0]}\` is not a date.`,
    'Write a date that exists and a time: `2026-01-31 09:00`.',
  );
};

const noLength = /(?<![\p{L}\p{N}_.])(\d+)\s*(months?|quarters?|years?)(?![\p{L}\p{N}_-])/u;
const compound = /(?<![\p{L}\p{N}_.])(?:\d+(?:ms|[smhdw])\s?){2,}(?![\p{L}\p{N}_])/u;
const otherUnits =
  /(?<![\p{L}\p{N}_.])(\d+(?:\.\d+)?)\s*(mins?|secs?|hrs?|hour|M|H|D|S|msec|millis|Minutes|Hours|Days)(?![\p{L}\p{N}_-])/u;
const unitNames: ReadonlyMap<string, string> = new Map([
  ['min', 'm'],
  ['mins', 'm'],
  ['m', 'm'],
  ['minutes', 'm'],
  ['sec', 's'],
  ['secs', 's'],
  ['s', 's'],
  ['hr', 'h'],
  ['hrs', 'h'],
  ['h', 'h'],
  ['hour', 'h'],
  ['hours', 'h'],
  ['d', 'd'],
  ['days', 'd'],
  ['msec', 'ms'],
  ['millis', 'ms'],
]);
const unitSizes: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

const duration: Mistake = ({ masked, offset, expected }) => {
  const wanted = expected.some(
    (each) => each.startsWith('a duration') || each.startsWith('a number') || each.startsWith('an offset'),
  );
  const near = (match: RegExpExecArray): boolean => wanted || Math.abs(match.index - offset) <= match[0].length + 1;
  const calendar = noLength.exec(masked);
  if (calendar !== null && near(calendar)) {
    return problemOf(
      'E224',
      calendar,
      `\`${calendar[0]}\` has no fixed length.`,
      'Write days, e.g. `30d`; local months stand after `per` and `previous`.',
    );
  }
  const several = compound.exec(masked);
  if (several !== null && near(several)) {
    const written = several[0].trimEnd();
    return problemOf(
      'E224',
      { index: several.index, 0: written },
      'A duration has one number and one unit.',
      `Write \`${oneUnit(written)}\`.`,
    );
  }
  const other = otherUnits.exec(masked);
  if (other !== null && near(other)) {
    const own = unitNames.get((other[2] ?? '').toLowerCase()) ?? 'm';
    return problemOf(
      'E224',
      other,
      `\`${other[0]}\` is not a duration of the language.`,
      `Write \`${other[1]}${own}\`.`,
    );
  }
  return undefined;
};

const unitMissing: Mistake = ({ masked, offset }) => {
  const match =
    /(?<![\p{L}\p{N}_.-])(?:T\+(?!0(?!\d))|(?:for|over|within|in|every|after)\s+)(\d+(?:\.\d+)?)(?!\d|\.\d|\s*[\p{L}%/(])/u.exec(
      masked,
    );
  if (match === null || offset > match.index + match[0].length + 1) return undefined;
  return problemOf('E224', match, `${match[1]} what?`, `Write the unit, e.g. \`${match[1]}m\` or \`${match[1]}h\`.`);
};

const durationMissing: Mistake = ({ judging, masked }) => {
  if (!judging) return undefined;
  const match =
    /(?<![\p{L}\p{N}_.-])(?:ongoing|continuously|sustained|persistently|for\s+(?:a\s+while|long|some\s+time))(?![\p{L}\p{N}_-])|(?<![\p{L}\p{N}_.-])for\s*$/u.exec(
      masked,
    );
  if (match === null) return undefined;
  return problemOf('E232', match, `\`${match[0].trim()}\` does not say how long.`, 'Write for instance `for 1h`.');
};

const silenceTime: Mistake = ({ judging, masked, text, offset }) => {
  if (!judging || offset < text.trimEnd().length) return undefined;
  const match = /(?<![\p{L}\p{N}_.-])no\s+(?!data\s)[\p{L}_][\p{L}\p{N}_-]*(?:\s+where\s.*)?\s*$/u.exec(masked);
  if (match === null) return undefined;
  const silence = text.slice(match.index).trim();
  return problemOf('E236', { index: match.index, 0: silence }, 'Silence needs a time.', `Write \`${silence} in 2h\`.`);
};

/** Mistakes in times, durations and cadences. */
export const timeMistakes: readonly Mistake[] = [
  cadenceHour,
  clockTime,
  calendarDate,
  durationMissing,
  duration,
  unitMissing,
  silenceTime,
];

/** Blanks the times that are right, so that only the others are found. */
function badTimesOnly(masked: string): string {
  return masked.replace(
    /(?<![\d:])(?:[01]\d|2[0-3]):[0-5]\d(?![\d:]|\s?[aApP][mM])|(?<![\d:])24:00(?![\d:])/gu,
    '·····',
  );
}

function oneUnit(written: string): string {
  const parts = [...written.matchAll(/(\d+)(ms|[smhdw])/gu)];
  const smallest = parts.at(-1)?.[2] ?? 's';
  const total = parts.reduce((sum, part) => sum + Number(part[1]) * (unitSizes.get(part[2] ?? 's') ?? 1), 0);
  return `${total / (unitSizes.get(smallest) ?? 1)}${smallest}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
