import type * as ast from './ast.ts';
import { printDuration } from './print-quantity.ts';

export function printRecipient(recipient: ast.Recipient): string {
  const { who, by, hours } = recipient;
  const name = who.kind === 'name' ? who.text : `${who.channel}:${who.target}`;
  const ways = by.length === 0 ? '' : ` by ${by.map((way) => way.text).join(' and ')}`;
  return `${name}${ways}${hours === undefined ? '' : ` in ${hours.text} hours`}`;
}

export function printRecipients(recipients: ast.Recipients): string {
  return recipients.recipients.map(printRecipient).join(', ');
}

export function printEscalationStep(step: ast.EscalationStep): string {
  if (step.kind === 'repeat') return `repeat ${step.times} times`;
  const page = `page ${step.recipients.map(printRecipient).join(' and ')}`;
  return step.kind === 'page' ? page : `after ${printDuration(step.duration)} ${unlessWords[step.unless]} ${page}`;
}

const unlessWords = {
  answered: 'without answer',
  'resolved since opened': 'unresolved since opened',
  'resolved since last step': 'unresolved since last step',
} as const;
