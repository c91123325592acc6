/**
 * Every diagnostic that a plan's text can get. `E` refuses the plan, `W` warns. `title` names the mistake for the
 * reference, `hint` how to mend it in general; a diagnostic may carry a hint of its own that fits the case better.
 * E100 to E199 and W100 to W199 are of the plan, E200 to E299 of its sentences.
 */
export const diagnosticCodes = {
  E200: { title: 'Sentence not understood', hint: 'Write it in one of the forms that the message names.' },
  E201: { title: 'Sentence too long', hint: 'Split it, or name a part of it as a signal.' },
  E202: { title: 'Parentheses nested too deep', hint: 'Name a part of it as a signal or a rule.' },
  E203: { title: 'Sentence empty', hint: 'Write the sentence, or `unset` where a value is not known yet.' },
  E210: { title: '`50+` leaves open whether 50 itself is meant', hint: 'Write `>= 50` or `> 50`.' },
  E211: { title: 'An approximate number cannot be judged', hint: 'Write the exact number with its sign.' },
  E212: { title: 'A range with a hyphen', hint: 'Write `between 5 and 10`; both ends are included.' },
  E213: { title: 'Sign missing', hint: 'Write `<`, `<=`, `>`, `>=`, `=` or `!=` before the number.' },
  E214: {
    title: '`and` with `or` without parentheses',
    hint: 'Put parentheses around the part that belongs together.',
  },
  E215: { title: '`for` inside a condition without parentheses', hint: 'Write `(… for 5m) and …`.' },
  E216: {
    title: 'A spike without a size and a past',
    hint: 'Write `x > 10%` or `x rises more than 10 points vs 1h earlier`.',
  },
  E217: { title: 'Stability without a width', hint: 'Write `x steady within 10% over 1h`.' },
  E218: {
    title: 'A change without `more than` or `at least`',
    hint: 'Write `rises more than …` or `rises at least …`.',
  },
  E219: { title: 'A change without a past', hint: 'Write `vs previous day`, `vs 1h earlier` or `vs baseline NAME`.' },
  E220: { title: 'A percentage without the step it is of', hint: 'Write `of previous` or `of STEP` after it.' },
  E221: { title: 'A cadence without an hour', hint: 'Write for instance `daily at 09:00`.' },
  E222: { title: 'A sentence begins with a sign', hint: 'Begin with a word, e.g. `target > 98%`.' },
  E223: { title: 'A growth without a time', hint: 'Write the growth per time, e.g. `5%/h`, and `over 4h`.' },
  E224: { title: 'Not a duration', hint: 'Write a number with ms, s, m, h, d or w, e.g. `90m`.' },
  E225: { title: 'Unknown function', hint: 'Use one of the functions that the message names.' },
  E226: { title: 'Text without quotation marks', hint: 'Write text as `"ok"`.' },
  E227: { title: 'A sign that the language does not have', hint: 'Use the sign or word that the message names.' },
  E228: { title: 'A number written in another way', hint: 'Write digits with a point for decimals: `1500` or `0.5`.' },
  E229: { title: 'No such time or date', hint: 'Write times as 09:00 to 24:00 and dates as 2026-01-31.' },
  E230: { title: 'A calculation without spaces', hint: 'Write `a / b` with spaces; a hyphen belongs to a name.' },
  E231: { title: 'A band given twice', hint: 'Give target, warning and critical once each.' },
  E232: { title: 'A duration missing', hint: 'Say how long: `for 1h`.' },
  E233: { title: 'Several recipients with ways of their own', hint: 'Write one step for each of them.' },
  E234: { title: 'Text or pattern not closed', hint: 'Close it with the sign it was opened with.' },
  E235: { title: 'A word that the language uses, as a name', hint: 'Give it another name.' },
  E236: { title: 'Silence without a time', hint: 'Say how long: `no payments in 2h`.' },
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;

/** The codes of sentences. */
export type ExpressionCode = Extract<DiagnosticCode, `E2${string}`>;
