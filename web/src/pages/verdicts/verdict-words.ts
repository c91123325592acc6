import type { AssessedCheckAnswer, AssessmentAnswer, PhaseVerdictAnswer } from '#contract/assessments.ts';
import { plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import type { ToneAndWord } from '../../kit/tone.ts';
import { uptimeText } from '../probes/probe-words.ts';

const VERDICTS: Readonly<Record<PhaseVerdictAnswer['state'], ToneAndWord>> = {
  failed: { tone: 'critical', word: 'failed' },
  'not proved': { tone: 'warning', word: 'not proved' },
  'so far': { tone: 'time', word: 'nothing so far' },
  passed: { tone: 'good', word: 'passed' },
  'not begun': { tone: 'neutral', word: 'not begun' },
};

/** How the verdict over a phase is shown. */
export function verdictTone(state: PhaseVerdictAnswer['state']): ToneAndWord {
  return VERDICTS[state];
}

/** How one check over a phase is shown; in a phase that goes on, much that is not known yet is said and not held against it. */
export function checkTone(check: AssessedCheckAnswer, isOver: boolean): ToneAndWord {
  switch (check.state) {
    case 'failed':
      return { tone: 'critical', word: check.isFailing ? 'fails' : 'failed' };
    case 'unknown':
      return { tone: isOver ? 'warning' : 'none', word: `${knownText(check)} known` };
    case 'held':
      return { tone: isOver ? 'good' : 'time', word: 'nothing found' };
    case 'not begun':
      return { tone: 'neutral', word: 'not begun' };
  }
}

/** How much of the phase until now is known, rounded down. */
export function knownText({ knownMs, unknownMs }: AssessedCheckAnswer): string {
  return uptimeText(knownMs + unknownMs === 0 ? undefined : knownMs / (knownMs + unknownMs));
}

/** `once, 15 min`, `3 times, 1 h 10 min`. */
export function failuresText({ failures, failedMs }: AssessedCheckAnswer): string {
  return `${failures === 1 ? 'once' : plural(failures, 'time')}, ${failedMs < 1_000 ? 'a moment' : formatSpan(failedMs)}`;
}

/** Whether a phase is over. */
export function isOver({ state, to }: PhaseVerdictAnswer, at: string): boolean {
  return state !== 'not begun' && to !== undefined && Date.parse(to) <= Date.parse(at);
}

const RANKS: readonly PhaseVerdictAnswer['state'][] = ['failed', 'not proved', 'so far', 'passed', 'not begun'];

/** The state of the page in one sentence; the worst verdict gives it. */
export function verdictsSentence(assessments: readonly AssessmentAnswer[]): ToneAndWord {
  const verdicts = assessments.flatMap(({ name, phases }) => phases.map((verdict) => ({ name, verdict })));
  const state = RANKS.find((rank) => verdicts.some(({ verdict }) => verdict.state === rank)) ?? 'not begun';
  const own = verdicts.filter(({ verdict }) => verdict.state === state);
  const [first] = own;
  const { tone } = verdictTone(state);
  if (first === undefined || state === 'not begun') return { tone, word: 'No phase of them has begun.' };
  const of = `${first.name} in ${first.verdict.phase}`;
  switch (state) {
    case 'failed':
      if (own.length > 1) return { tone, word: `${own.length} verdicts of ${verdicts.length} failed.` };
      return { tone, word: `${of} failed: ${namesText(first.verdict, 'failed')}.` };
    case 'not proved':
      if (own.length > 1) return { tone, word: `${own.length} verdicts of ${verdicts.length} are not proved.` };
      return { tone, word: `${of} is not proved: too little is known of ${namesText(first.verdict, 'unknown')}.` };
    case 'so far':
      return { tone, word: own.length > 1 ? 'Nothing was found so far.' : `Nothing was found so far: ${of}.` };
    case 'passed':
      return { tone, word: own.length > 1 ? `${own.length} verdicts passed.` : `${of} passed.` };
  }
}

/** Verdicts that have failed in the phase in force: nothing is to be done for them, but whoever waits for one wants to know. */
export function failedNow(
  assessments: readonly AssessmentAnswer[],
  phase: string | undefined,
): readonly { readonly name: string; readonly text: string }[] {
  return assessments.flatMap(({ name, phases }) =>
    phases
      .filter((verdict) => verdict.phase === phase && verdict.state === 'failed')
      .map((verdict) => ({ name, text: `in ${verdict.phase}: ${namesText(verdict, 'failed')}` })),
  );
}

const NAMED = 3;

function namesText({ checks }: PhaseVerdictAnswer, state: AssessedCheckAnswer['state']): string {
  const names = checks.filter((check) => check.state === state).map(({ name }) => name);
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
}
