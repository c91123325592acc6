/** What a state looks like: every tone has its own colour and its own shape. */
export type Tone = 'good' | 'off' | 'warning' | 'critical' | 'none' | 'neutral' | 'time';

/** A tone with the word that is shown beside its mark. */
export interface ToneAndWord {
  readonly tone: Tone;
  readonly word: string;
}

const figureTones: Readonly<Record<string, Tone>> = {
  'on target': 'good',
  'off target': 'off',
  warning: 'warning',
  critical: 'critical',
  'no data': 'none',
  'too few': 'none',
  'not evaluated': 'none',
  'target unset': 'neutral',
  'no objective': 'neutral',
  value: 'neutral',
};

/** How a figure's state is shown. A state that is not known is shown by its own word, without colour. */
export function figureTone(state: string): ToneAndWord {
  return { tone: figureTones[state] ?? 'neutral', word: state === 'value' ? 'no objective' : state };
}

const alertTones: Readonly<Record<string, ToneAndWord>> = {
  pending: { tone: 'warning', word: 'pending' },
  firing: { tone: 'critical', word: 'firing' },
  resolving: { tone: 'warning', word: 'resolving' },
  resolved: { tone: 'good', word: 'resolved' },
};

/** How an alert's state is shown. */
export function alertTone(state: string): ToneAndWord {
  return alertTones[state] ?? { tone: 'neutral', word: state };
}

const weights: Readonly<Record<Tone, number>> = {
  critical: 6,
  warning: 5,
  off: 4,
  none: 3,
  good: 2,
  neutral: 1,
  time: 0,
};

/** How much a tone matters; the larger, the worse. */
export function toneWeight(tone: Tone): number {
  return weights[tone];
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
