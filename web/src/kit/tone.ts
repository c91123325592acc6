import type { FigureStateAnswer, LiveAlert } from '#contract/live.ts';

/** What a state looks like: every tone has its own colour and its own shape. */
export type Tone = 'good' | 'off' | 'warning' | 'critical' | 'none' | 'neutral' | 'time';

/** A tone with the word that is shown beside its mark. */
export interface ToneAndWord {
  readonly tone: Tone;
  readonly word: string;
}

const figureTones: Readonly<Record<FigureStateAnswer, Tone>> = {
  critical: 'critical',
  warning: 'warning',
  'off target': 'off',
  'no data': 'none',
  'too few': 'none',
  open: 'none',
  'not evaluated': 'none',
  'on target': 'good',
  'target unset': 'neutral',
  'no objective': 'neutral',
};

/** How a figure's state is shown. */
export function figureTone(state: FigureStateAnswer): ToneAndWord {
  return { tone: figureTones[state], word: state };
}

/** Whether a figure is held against its bands, or would be if it had any: what is so far, or rests on too little, is shown quietly. */
export function isJudged(state: FigureStateAnswer): boolean {
  return figureTones[state] !== 'none';
}

/** How bad a figure's state is; the larger, the worse. What cannot be judged is worse than what is well. */
export function figureWeight(state: FigureStateAnswer): number {
  const order = Object.keys(figureTones);
  return order.length - order.indexOf(state);
}

const alertTones: Readonly<Record<LiveAlert['state'], Tone>> = {
  pending: 'warning',
  firing: 'critical',
  resolving: 'warning',
  resolved: 'good',
};

/** How an alert's state is shown; somebody who looks after it takes the edge off. */
export function alertTone(alert: Pick<LiveAlert, 'state' | 'acknowledged'>): ToneAndWord {
  if (alert.state === 'firing' && alert.acknowledged !== undefined) return { tone: 'warning', word: 'acknowledged' };
  return { tone: alertTones[alert.state], word: alert.state };
}

/** The CSS colour of a tone. */
export function toneColor(tone: Tone): string {
  switch (tone) {
    case 'neutral':
      return 'var(--wb-quiet)';
    case 'off':
      return 'var(--wb-warning)';
    default:
      return `var(--wb-${tone})`;
  }
}
