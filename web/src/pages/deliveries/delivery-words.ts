import type { DeliveryAnswer } from '#contract/alerts.ts';
import type { ToneAndWord } from '../../kit/tone.ts';

const states: Readonly<Record<DeliveryAnswer['state'], ToneAndWord>> = {
  pending: { tone: 'none', word: 'waits' },
  leased: { tone: 'none', word: 'being sent' },
  retry_at: { tone: 'warning', word: 'trying again' },
  accepted: { tone: 'good', word: 'sent' },
  delivered: { tone: 'good', word: 'delivered' },
  failed: { tone: 'critical', word: 'failed' },
  unknown: { tone: 'warning', word: 'not known' },
};

/** How a message stands, for people. */
export function deliveryTone(state: DeliveryAnswer['state']): ToneAndWord {
  return states[state];
}

const steps: Readonly<Record<DeliveryAnswer['step'], string>> = {
  fired: 'that it fired',
  repeated: 'that it still fires',
  flapping: 'that it flaps',
  resolved: 'that it is over',
};

/** What a message told: `that it fired`, `that it still fires (2)`. */
export function stepWords({ step, cycle }: Pick<DeliveryAnswer, 'step' | 'cycle'>): string {
  return step === 'repeated' && cycle > 1 ? `${steps[step]} (${cycle})` : steps[step];
}

/** To whom and by what; an address such as `webhook:shop` names its channel itself. */
export function wayWords({ recipient, channel }: Pick<DeliveryAnswer, 'recipient' | 'channel'>): string {
  if (recipient.endsWith(`:${channel}`) || recipient.startsWith(`${channel}:`)) return recipient;
  return channel === 'app' ? `${recipient}, inbox` : `${recipient} by ${channel}`;
}

/** What to do about a message that did not arrive, from what its provider said. Undefined for those that need nothing. */
export function deliveryAdvice(delivery: Pick<DeliveryAnswer, 'state' | 'problem' | 'channel'>): string | undefined {
  const { state, problem = '', channel } = delivery;
  if (state === 'unknown') {
    return 'Watchbill stopped while it was sent, so it may or may not have arrived. Ask the recipient, or look at the provider.';
  }
  if (state !== 'failed' && state !== 'retry_at') return undefined;
  const tail = state === 'failed' ? ' Then try the channel with a test message: this one is not sent again.' : '';
  // What this server itself holds back waits; these texts also have words and numbers of the ones below.
  const allowance = /`\S+` to WATCHBILL_EGRESS_ALLOW/.exec(problem)?.[0];
  if (allowance !== undefined)
    return `Add ${allowance} in the environment of Watchbill and start it again, or give ${channel} another address in the plan.${tail}`;
  if (/was not dialled|is no URL|^Only http|URL holds/i.test(problem))
    return `Correct the address of ${channel} in the plan or in its secret.${tail}`;
  if (/^The name .* has no address/.test(problem))
    return `Check the name of the host in the address of ${channel}.${tail}`;
  if (/secret/i.test(problem)) return `Set the secret in the environment of Watchbill and start it again.${tail}`;
  if (/no channel/i.test(problem))
    return 'The plan in force does not have the channel: put it back, or tell people by another.';
  if (/\b(401|403)\b/.test(problem))
    return `The provider refuses the credentials of ${channel}: make new ones and put them into its secret.${tail}`;
  if (/\b(404|410)\b/.test(problem))
    return `The address of ${channel} does not exist (any more): make a new one at the provider.${tail}`;
  if (/\b429\b/.test(problem)) return 'The provider asks to send less. Watchbill waits as long as it is told to.';
  if (/redirect/i.test(problem)) return `The address of ${channel} points to another one: use that one.${tail}`;
  return state === 'failed'
    ? `Check the settings of ${channel} in the plan and whether its provider answers.${tail}`
    : 'Nothing to do yet: it is tried again by itself.';
}
