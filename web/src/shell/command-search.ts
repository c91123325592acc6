import type { IconName } from '../kit/icon.tsx';

/** Something that the palette finds: a page, a signal, a rule, an alert, a person, an action. */
export interface Command {
  readonly id: string;
  readonly kind: 'page' | 'plan' | 'signal' | 'rule' | 'alert' | 'person' | 'action';
  readonly title: string;
  /** Words beside the title, which are found too. */
  readonly detail?: string;
  readonly keys?: string;
  readonly icon: IconName;
  readonly run: () => void;
}

const FOUND_MAX = 50;

/**
 * The commands that hold every word of the query, best first: those whose title begins with it, then those where a word begins with it,
 * then the others; within these in the order given. Without a query all of them.
 */
export function findCommands(commands: readonly Command[], query: string): readonly Command[] {
  const words = simplify(query)
    .split(' ')
    .filter((word) => word !== '');
  const ranked = commands.flatMap((command, index) => {
    const title = simplify(command.title);
    const text = `${title} ${simplify(command.detail ?? '')} ${command.kind}`;
    if (!words.every((word) => text.includes(word))) return [];
    const begins = words.filter((word) => title.startsWith(word)).length;
    const wordBegins = words.filter((word) => text.split(' ').some((part) => part.startsWith(word))).length;
    return [{ command, index, score: begins * 10 + wordBegins }];
  });
  return ranked
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .slice(0, FOUND_MAX)
    .map(({ command }) => command);
}

/** Lower case, without accents, and with spaces for the signs that names are joined by. */
function simplify(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[_\-/.]+/g, ' ')
    .trim();
}
