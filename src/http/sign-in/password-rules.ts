import { WatchbillError } from '#kernel/error-codes.ts';
import { isGuessablePassword } from './guessable-passwords.ts';

/**
 * Throws `password-refused` for what is tried first by whoever guesses: a common password, or the person's own name or address with
 * something around it. Nothing is asked of its letters, digits or signs.
 */
export function requireUncommonPassword(password: string, about: readonly string[]): void {
  if (isGuessablePassword(password)) {
    throw new WatchbillError('password-refused', 'This password is one of those that are tried first.', 'password');
  }
  const small = password.toLowerCase();
  const words = about.flatMap((text) => [text.toLowerCase(), text.toLowerCase().split('@')[0] ?? '']);
  // What is left beside the name has to be a password's worth in itself.
  const revealing = words.some(
    (word) => word.length >= 4 && small.replaceAll(word, '').length < 6 && small.includes(word),
  );
  if (!revealing) return;
  const message = 'This password is little more than your name or address.';
  throw new WatchbillError('password-refused', message, 'password');
}
