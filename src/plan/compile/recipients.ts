import { parseRecipient } from '../expression/parse.ts';
import type { Recipient } from '../people.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, type Sentence } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { childAt, type TreeNode } from '../text/tree.ts';
import { ADDRESS_KINDS, APP_CHANNEL, type ChannelKind, executedKind, PERSON_KINDS } from './channel-kinds.ts';
import { kindOf } from './channels.ts';
import { type Context, sentencesOf } from './context.ts';
import { dutiesOf, isSomebody } from './people.ts';

/**
 * The recipients of a `notify`: persons with their channels, roles spread out, addresses. Ways that are not executed yet are named and left out.
 */
export function compileRecipients(
  node: TreeNode | undefined,
  context: Context,
  where: string,
  roles: Readonly<Record<string, readonly string[]>>,
): readonly Recipient[] {
  const recipients = new Map<string, Recipient>();
  for (const sentence of sentencesOf(node)) {
    for (const recipient of compileRecipient(sentence, context, where, roles)) {
      const key = recipient.kind === 'person' ? recipient.person : recipient.target;
      const known = recipients.get(key);
      if (known?.kind === 'person' && recipient.kind === 'person') {
        // Named twice, a person is told once by each channel.
        recipients.set(key, { ...known, channels: [...new Set([...known.channels, ...recipient.channels])] });
      } else {
        recipients.set(key, recipient);
      }
    }
  }
  return [...recipients.values()];
}

function compileRecipient(
  sentence: Sentence,
  context: Context,
  where: string,
  roles: Readonly<Record<string, readonly string[]>>,
): readonly Recipient[] {
  const parsed = context.parsed(sentence, parseRecipient(sentence.text));
  if (parsed === undefined) return [];
  const place = (node: { span: { start: number; end: number } }) => sentence.place(node.span.start, node.span.end);
  if (parsed.hours !== undefined) {
    const hours = parsed.hours.text;
    if (hours !== 'business' && !context.defines('hours', hours)) {
      const hint = suggest(hours, context.namesOf('hours'), 'Define them under `hours`.');
      context.report.add('E140', place(parsed.hours), `There are no hours \`${hours}\`.`, hint);
    }
    context.skip(where, 'recipients that are told only in certain hours', place(parsed));
    return [];
  }
  if (parsed.who.kind === 'address') return compileAddress(parsed.who, place(parsed.who), context, where);

  const who = parsed.who.text;
  if (!isSomebody(who, context)) {
    const known = [...context.namesOf('people'), ...context.namesOf('roles'), ...dutiesOf(context)];
    const hint = suggest(who, known, 'Define the person under `people`, or write an address such as `webhook:NAME`.');
    context.report.add('E132', place(parsed.who), `There is no person, role or duty \`${who}\`.`, hint);
    return [];
  }
  const isDuty = !context.defines('people', who) && !context.defines('roles', who);
  const by = parsed.by.map(
    (name): Sentence => ({
      text: name.text,
      place: (start, end) => sentence.place(name.span.start + start, name.span.start + end),
    }),
  );
  const sound = by.map((channel) => checkPersonChannel(channel, context)).every(Boolean);
  if (!sound) return [];
  if (isDuty) {
    context.skip(where, 'duties of a schedule as recipients', place(parsed.who));
    return [];
  }
  const via = context.defines('people', who) ? undefined : who;
  const persons = via === undefined ? [who] : (roles[who] ?? []);
  const mute = by.length > 0 ? [] : persons.filter((person) => orderOf(person, context).length === 0);
  if (mute.length > 0) {
    const message = `${mute.map((person) => `\`${person}\``).join(' and ')} ${mute.length === 1 ? 'has' : 'have'} no channel here and no \`order\` of channels.`;
    context.report.add('E139', place(parsed.who), message, `Write \`${who} by app\`.`);
  }
  return persons.flatMap((person) => {
    const channels = by.length > 0 ? by.map((channel) => channel.text) : orderOf(person, context);
    if (channels.length === 0) return [];
    for (const channel of channels) checkAddressOf(person, channel, context, place(parsed));
    const executed = channels.filter((channel) => reachesPersons(channel, context));
    for (const channel of channels) {
      if (!executed.includes(channel)) context.skip(where, `telling persons by ${channel}`, place(parsed));
    }
    if (executed.length === 0) return [];
    return [{ kind: 'person', person, channels: executed, ...(via === undefined ? {} : { via }) } as const];
  });
}

/** Reports channels of a person's own order by which nobody can be told. */
export function checkOrders(context: Context): void {
  for (const person of context.entries('people')) {
    for (const channel of sentencesOf(childAt(person.value, 'order'))) checkPersonChannel(channel, context);
  }
}

/** The channels of a person in their own order. */
function orderOf(person: string, context: Context): readonly string[] {
  const own = context.entry('people', person);
  return own === undefined ? [] : sentencesOf(childAt(own.value, 'order')).map((channel) => channel.text);
}

function reachesPersons(channel: string, context: Context): boolean {
  return executedKind(kindOf(channel, context) ?? channel)?.persons !== undefined;
}

/** Reports a channel that persons cannot be told by. The inbox and the installation's mail account are there without being bound. */
function checkPersonChannel(channel: Sentence, context: Context): boolean {
  const name = channel.text;
  const bound = kindOf(name, context);
  const kind = bound ?? name;
  if (PERSON_KINDS.includes(kind)) {
    const known = executedKind(kind);
    if (bound !== undefined || known?.persons === undefined || name === APP_CHANNEL || name === 'email') return true;
    const message = `There is no \`${name}\` under \`channels\`.`;
    context.report.add('E137', placeOf(channel), message, bindingHint(name, kind, known));
    return false;
  }
  const hint =
    bound === undefined
      ? suggest(name, [...PERSON_KINDS, ...context.namesOf('channels')])
      : `Notify the address itself: \`${bound}:${name}\`.`;
  const message =
    bound === undefined
      ? `There is no channel \`${name}\`.`
      : `The channel \`${name}\` reaches an address, not a person.`;
  context.report.add('E137', placeOf(channel), message, hint);
  return false;
}

/** A person is told by mail only with an address, by SMS and voice only with a number, and so on. */
function checkAddressOf(person: string, channel: string, context: Context, place: Span): void {
  const kind = kindOf(channel, context) ?? channel;
  const field = executedKind(kind)?.persons ?? (['sms', 'voice', 'whatsapp'].includes(kind) ? 'phone' : 'name');
  const own = context.entry('people', person);
  if (field === 'name' || own === undefined || childAt(own.value, field) !== undefined) return;
  const message = `\`${person}\` has no \`${field}\`, so ${channel} cannot reach them.`;
  context.report.add('E139', place, message, `Add \`${field}\` under \`people.${person}\`.`);
}

/**
 * An address is `KIND:NAME`, where NAME is a binding of the kind, or else a place within the binding that stands before the colon:
 * `webhook:ops`, `slack:#ops`, `email:team@shop.example`.
 */
function compileAddress(
  address: { readonly channel: string; readonly target: string },
  place: Span,
  context: Context,
  where: string,
): readonly Recipient[] {
  const { channel, target } = address;
  const bound = kindOf(channel, context);
  const kind = bound ?? channel;
  if (!ADDRESS_KINDS.includes(kind)) {
    const hint = suggest(channel, [...ADDRESS_KINDS, ...context.namesOf('channels')]);
    context.report.add('E137', place, `There is no channel \`${channel}\`.`, hint);
    return [];
  }
  const known = executedKind(kind);
  if (known === undefined) {
    context.skip(where, `channels of kind ${kind}`, place);
    return [];
  }
  const recipient = (binding: string): readonly Recipient[] => [
    { kind: 'channel', channel: binding, target: `${channel}:${target}` },
  ];
  const name = target.replace(/^#/, '');
  // A mail address leads to no binding: its account does not say whom it writes to.
  const named = kind !== 'email' && kindOf(name, context) === kind ? context.entry('channels', name) : undefined;
  if (named !== undefined && name !== channel) {
    if (known.placeSetting === undefined || childAt(named.value, known.placeSetting) !== undefined) {
      return recipient(name);
    }
    const message = `\`channels.${name}\` does not say its \`${known.placeSetting}\`, so \`${channel}:${target}\` leads nowhere.`;
    context.report.add('E139', place, message, `Add \`${known.placeSetting}\` to it.`);
    return [];
  }
  if (known.addresses === 'binding' || (bound === undefined && kind !== 'email')) {
    const others = context.namesOf('channels').filter((other) => kindOf(other, context) === kind);
    const message = `There is no ${kind} \`${target}\` under \`channels\`.`;
    context.report.add('E137', place, message, suggest(name, others, bindingHint(name, kind, known)));
    return [];
  }
  if (known.addresses === 'one place')
    return onePlace(channel, target, kind, known, place, context) ? recipient(channel) : [];
  if (known.place !== undefined && !known.place.pattern.test(target)) {
    context.report.add('E122', place, `\`${target}\` is not ${known.place.words}.`);
    return [];
  }
  return recipient(channel);
}

/** A webhook of a chat posts to the one place that it was made for, whatever a plan calls it; two names for it are a mistake. */
function onePlace(
  binding: string,
  target: string,
  kind: string,
  known: ChannelKind,
  place: Span,
  context: Context,
): boolean {
  const first = context.places.get(binding);
  context.places.set(binding, first ?? target);
  if (first === undefined || first === target) return true;
  const message = `\`channels.${binding}\` leads to one place, which is \`${first}\` elsewhere in the plan.`;
  context.report.add('E137', place, message, bindingHint(target.replace(/^#/, ''), kind, known));
  return false;
}

function bindingHint(name: string, kind: string, known: ChannelKind): string {
  const settings = Object.entries(known.settings).filter(([, { required }]) => required === true);
  const written = settings.map(([key, { secret }]) => `${key}: ${secret === true ? 'secret NAME' : '…'}`);
  const parts = [...(name === kind ? [] : [`kind: ${kind}`]), ...written];
  return `Bind it: \`channels: { ${name}: { ${parts.join(', ')} } }\`.`;
}
