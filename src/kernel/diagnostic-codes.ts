/**
 * Every diagnostic that a plan's text can get. `E` refuses the plan, `W` warns, `H` hints. `title` names the mistake for the
 * reference, `hint` how to mend it in general; a diagnostic may carry a hint of its own that fits the case better.
 * E100 to E199 and W100 to W199 are of the plan, E200 to E299 of its sentences, E300 to E399 of scenarios.
 */
export const diagnosticCodes = {
  // The text
  E101: { title: 'Not YAML', hint: 'Check indentation, brackets and quotes of the line and the one above.' },
  E102: { title: 'Anchor or alias', hint: 'Write the value out where it is used.' },
  E103: { title: 'YAML tag', hint: 'Delete it; the language decides by itself what a value is.' },
  E104: { title: 'Merge key', hint: 'Write the values out.' },
  E105: { title: 'Key given twice', hint: 'Keep one of them.' },
  E106: { title: 'Several documents in a file', hint: 'Remove the `---`; use a folder for several files.' },
  E107: { title: 'Too large or nested too deep', hint: 'Split the plan; three levels are enough.' },
  E108: { title: 'Control character', hint: 'Delete it.' },
  E109: { title: 'Section in two files', hint: 'Keep each section in one file.' },
  E110: { title: 'Not a plan', hint: 'Begin with `plan: NAME` and sections.' },
  E111: { title: 'Key is not a word', hint: 'Write `name: value`.' },
  E112: { title: 'Value lost to a comment', hint: 'Write `slack:#channel` without a space, or quote the value.' },

  // Its shape
  E120: { title: 'Unknown section', hint: 'Use one of the sections of the reference.' },
  E121: { title: 'Unknown key', hint: 'Use one of the keys that the message names.' },
  E122: { title: 'Value of the wrong shape', hint: 'Write what the message asks for.' },
  E123: { title: 'Key missing', hint: 'Add it.' },
  E124: { title: 'Not a name', hint: 'Names begin with a letter and hold letters, digits, `-` and `_`.' },
  E125: { title: 'Secret in the text', hint: 'Put the value in the environment as NAME and write `secret NAME`.' },
  E126: { title: 'Table malformed', hint: 'Give each row as many cells as the header has columns.' },

  // Its names
  E130: { title: 'Unknown signal', hint: 'Define it under `signals`.' },
  E131: { title: 'Unknown source', hint: 'Define it under `sources`, or use a built-in one.' },
  E132: { title: 'Unknown recipient', hint: 'Name a person, a role, a duty or an address.' },
  E133: { title: 'Unknown severity', hint: 'Use a severity of the plan, or `none`.' },
  E134: { title: 'Unknown phase', hint: 'Use a phase of the plan, or `otherwise`.' },
  E135: { title: 'Unknown service', hint: 'Define it under `services`.' },
  E136: { title: 'Unknown rule', hint: 'Use the name of a rule of the plan.' },
  E137: { title: 'Unknown channel', hint: 'Bind it under `channels`; `app` is always there.' },
  E138: { title: 'Role that nobody fills', hint: 'Give the role at least one person.' },
  E139: { title: 'Recipient who cannot be reached', hint: 'Say by which channel, e.g. `mia by app`.' },
  E140: { title: 'Unknown name', hint: 'Define it in its section.' },
  E141: { title: 'Definition in a circle', hint: 'Break the circle that the message names.' },
  E142: { title: 'Name taken twice', hint: 'Rename one of them.' },

  // Its meaning
  E150: { title: 'Unit does not fit', hint: 'Give the number the unit of the signal.' },
  E151: { title: 'No statistic', hint: 'Say which: p95, avg, max or another, of the field.' },
  E152: { title: 'Stream without a window', hint: 'Say in which time: `> 3 in 5 minutes`.' },
  E153: { title: 'Window given twice', hint: 'Leave out `in`, or write `signal over 1h` to take another window.' },
  E154: { title: 'Function used wrongly', hint: 'See the function in the reference of signals.' },
  E155: { title: 'Groups that do not match', hint: 'Split both sides by the same field.' },
  E156: {
    title: 'Window that does not fit',
    hint: 'Use at least 1 s: tenths of a second up to a minute, whole seconds above.',
  },
  E157: { title: 'Nothing is measured', hint: 'Compare a signal with a number or with another signal.' },
  E158: { title: 'Pattern not accepted', hint: 'Use RE2 syntax: no back-references, no look-around.' },
  E160: { title: 'Unknown time zone', hint: 'Use a name of the IANA database, e.g. `Europe/Berlin`.' },
  E161: { title: 'No such instant', hint: 'Write `2026-03-02 09:00`, ISO 8601 with an offset, or `on command`.' },
  E162: { title: 'Phases overlap', hint: 'End a phase where the next one begins.' },
  E163: { title: 'Span does not fit', hint: 'Write `T+0 .. T+24h`, `days 1 to 3` or two instants.' },
  E164: {
    title: 'Bands contradict each other',
    hint: 'Order them: target, then warning, then critical, in one direction.',
  },
  E165: { title: 'Two objectives for one signal', hint: 'Keep one of them.' },
  E166: { title: 'Rule feeds on its own alerts', hint: 'Leave the rule itself out: `where rule != "its-name"`.' },
  E167: { title: 'Channel set up wrongly', hint: 'See the settings of the channel kind.' },
  E168: { title: 'Scrape set up wrongly', hint: 'See the keys of `scrapes`.' },
  E169: { title: 'Webhook set up wrongly', hint: 'See the settings of the webhook kind.' },
  E170: { title: 'Limit or scrub list set up wrongly', hint: 'See `limits` and `scrub` in the reference.' },
  E171: {
    title: 'Probe, heartbeat or database set up wrongly',
    hint: 'See `probes`, `heartbeats` and `databases` in the reference.',
  },
  E172: {
    title: 'Rule quicker than the probe that feeds it',
    hint: 'Set `while-failing`, or a shorter `every`, at the probe.',
  },
  E173: {
    title: 'Rules that keep each other quiet',
    hint: 'Take one of the `unless` away, or say with `down` which rules mean that a service is down.',
  },
  E175: { title: 'Assessment set up wrongly', hint: 'See `assessments` in the reference.' },
  E176: { title: 'Review or comparison set up wrongly', hint: 'See `reviews` and `comparisons` in the reference.' },
  W101: { title: 'Placeholder or `unset`', hint: 'Fill it in when it is known; until then it is shown as "not set".' },
  W102: { title: 'Gap between phases', hint: 'Let a phase begin where the one before it ends.' },
  W103: { title: 'Span is not as long as stated', hint: 'Correct the span or its `length`.' },
  W104: { title: 'Two severities at one threshold', hint: 'Keep one of the rules, or move a threshold.' },
  W105: { title: 'Two lines that differ only at equality', hint: 'Write the same sign in both.' },
  W106: { title: 'Severities out of order', hint: 'List the most severe first; it answers soonest.' },
  W107: { title: 'Share without a smallest sample', hint: 'Add `, at least 20`: one failure of two requests is 50%.' },
  W108: { title: 'Signal that nothing can feed', hint: 'Correct the condition; it can never be true.' },
  W109: {
    title: 'A service that goes down without a word',
    hint: 'Let a rule with recipients say that it is down; one that tells nobody keeps nothing quiet.',
  },
  W110: {
    title: 'A cause that is told less urgently than its effects',
    hint: 'Give the rule that says that a service is down a severity as urgent as those of the rules of what needs it.',
  },
  W111: {
    title: 'Verdict that can never be *passed*',
    hint: 'Let each check of an assessment be known in its phases.',
  },
  W112: {
    title: 'Probe that sends often',
    hint: 'Let a `POST` be sent once a minute at most: each one does something, and may cost something.',
  },
  H101: { title: '`for` adds to the window', hint: 'Use a shorter window or a shorter `for`.' },
  H102: {
    title: 'Probe or heartbeat that no rule reads',
    hint: 'Write a rule: `when: NAME failing`, or `when: NAME late`.',
  },

  // Its sentences
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
  E237: { title: 'A share compared with a bare number', hint: 'Write the number with `%`.' },

  // Scenarios
  E301: { title: 'Step of a scenario not understood', hint: 'Write it in one of the forms that the message names.' },
  E302: { title: 'Steps out of order', hint: 'Write the steps in the order in which they happen.' },
  E303: { title: 'Shares that do not fit', hint: 'The shares of one field add up to at most 100%.' },
  E304: { title: 'Plan of a scenario not usable', hint: 'Correct the path, or mend the plan that it names.' },
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;

/** The codes of sentences. */
export type ExpressionCode = Extract<DiagnosticCode, `E2${string}`>;
