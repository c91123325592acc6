import { parseRecipient } from '../expression/parse.ts';
import type { ChannelBinding, Person, Recipient, SecretOr } from '../model.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, type Sentence, sentenceOf } from '../text/sentence.ts';
import { childAt, type MapEntry, type TextNode, type TreeNode } from '../text/tree.ts';
import { type Context, sentencesOf } from './context.ts';

/** The inbox, which every plan has without binding it. */
export const APP_CHANNEL = 'app';

/** What the executed kinds of channels take; a secret setting is written only as `secret NAME`. */
const CHANNEL_SETTINGS: Readonly<Record<string, Readonly<Record<string, { required: boolean; secret: boolean }>>>> = {
  webhook: { url: { required: true, secret: false }, secret: { required: true, secret: true } },
};

/** Kinds that the language knows; those without settings above are not executed yet. */
export const PERSON_KINDS: readonly string[] = [
  APP_CHANNEL,
  'email',
  'sms',
  'voice',
  'push',
  'whatsapp',
  'slack',
  'telegram',
];
export const ADDRESS_KINDS: readonly string[] = [
  'webhook',
  'slack',
  'teams',
  'discord',
  'telegram',
  'email',
  'pagerduty',
  'opsgenie',
  'jira',
  'github',
];
const CHANNEL_KINDS: readonly string[] = [...new Set([...PERSON_KINDS, ...ADDRESS_KINDS])];

/** What a kind of channel takes; undefined for kinds that are not executed. */
export function channelSettings(
  kind: string,
): Readonly<Record<string, { readonly required: boolean; readonly secret: boolean }>> | undefined {
  return Object.hasOwn(CHANNEL_SETTINGS, kind) ? CHANNEL_SETTINGS[kind] : undefined;
}

export function compilePeople(context: Context): readonly Person[] {
  return context.entries('people').map((entry) => {
    const email = textAt(entry.value, 'email');
    const phone = childAt(entry.value, 'phone');
    if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email.text)) {
      const message = `\`${email.text.trim()}\` is no mail address.`;
      context.report.add('E122', email.span, message, `Write it as \`${entry.key.text}@shop.example\`.`);
    }
    for (const channel of sentencesOf(childAt(entry.value, 'order'))) checkPersonChannel(channel, context);
    return {
      name: entry.key.text,
      ...(email === undefined ? {} : { email: email.text.trim() }),
      ...(phone?.kind === 'text' ? { phone: secretOr(phone.text) } : {}),
    };
  });
}

function textAt(node: TreeNode, key: string): TextNode | undefined {
  const value = childAt(node, key);
  return value?.kind === 'text' ? value : undefined;
}

/** `secret NAME` names a secret; anything else is the value itself. */
function secretOr(text: string): SecretOr<string> {
  const name = /^secret\s+([A-Za-z_][A-Za-z0-9_]*)$/.exec(text.trim())?.[1];
  return name === undefined ? { literal: text.trim() } : { secret: name };
}

/** Roles as the names of their persons. A role in a role is spread out. */
export function compileRoles(context: Context): Readonly<Record<string, readonly string[]>> {
  const roles: Record<string, readonly string[]> = {};
  for (const entry of context.entries('roles')) {
    const role = entry.key.text;
    if (context.defines('people', role)) {
      context.report.add('E142', entry.key.span, `\`${role}\` is a person already.`);
    }
    const persons: string[] = [];
    const hole = entry.value.kind === 'empty';
    for (const member of sentencesOf(entry.value)) {
      if (context.defines('people', member.text)) {
        persons.push(member.text);
      } else {
        const hint = suggest(member.text, context.namesOf('people'));
        context.report.add('E132', placeOf(member), `There is no person \`${member.text}\`.`, hint);
      }
    }
    if (sentencesOf(entry.value).length === 0 && !hole) {
      context.report.add('E138', entry.key.span, `Nobody fills the role \`${role}\`.`);
    }
    roles[role] = [...new Set(persons)];
  }
  return roles;
}

/**
 * Compiles the bindings of `channels`. Its key is the binding's name; `kind` may be left out when the name is the kind. Bindings of
 * kinds that are not executed are named and left out.
 */
export function compileChannels(context: Context): readonly ChannelBinding[] {
  return context.entries('channels').flatMap((entry) => {
    const binding = compileChannel(entry, context);
    return binding === undefined ? [] : [binding];
  });
}

/** The kind of a bound channel; undefined when there is no such binding. */
function kindOf(name: string, context: Context): string | undefined {
  const entry = context.entry('channels', name);
  if (entry === undefined) return undefined;
  return textAt(entry.value, 'kind')?.text.trim() ?? name;
}

function compileChannel(entry: MapEntry, context: Context): ChannelBinding | undefined {
  const name = entry.key.text;
  const kindNode = textAt(entry.value, 'kind');
  const kind = kindNode?.text.trim() ?? name;
  const where = `channels.${name}`;
  if (name === APP_CHANNEL || kind === APP_CHANNEL) {
    context.report.add('E142', entry.key.span, '`app` is always there and is not bound.', 'Delete the line.');
    return undefined;
  }
  if (!CHANNEL_KINDS.includes(kind)) {
    const hint = suggest(kind, CHANNEL_KINDS, 'Give the channel a `kind`, e.g. `kind: webhook`.');
    context.report.add('E137', kindNode?.span ?? entry.key.span, `There is no channel kind \`${kind}\`.`, hint);
    return undefined;
  }
  const wanted = CHANNEL_SETTINGS[kind];
  if (wanted === undefined) {
    context.skip(where, `channels of kind ${kind}`, entry.key.span);
    return undefined;
  }
  const settings: Record<string, SecretOr<string>> = {};
  for (const setting of entry.value.kind === 'map' ? entry.value.entries : []) {
    const key = setting.key.text;
    if (key === 'kind') continue;
    const known = Object.hasOwn(wanted, key) ? wanted[key] : undefined;
    if (known === undefined) {
      const hint = suggest(key, Object.keys(wanted), `It may have ${Object.keys(wanted).join(', ')}.`);
      context.report.add('E121', setting.key.span, `A ${kind} channel has no setting \`${key}\`.`, hint);
      continue;
    }
    if (setting.value.kind !== 'text') continue;
    const value = secretOr(setting.value.text);
    if (known.secret && 'literal' in value) {
      const message = `\`${where}.${key}\` is a secret and is not written out.`;
      context.report.add('E125', setting.value.span, message, `Write \`${key}: secret NAME\`.`);
    } else if (key === 'url' && 'literal' in value && !/^https?:\/\/[^\s/?#]+/i.test(value.literal)) {
      context.report.add('E167', setting.value.span, `\`${where}.url\` is no http or https URL.`);
    }
    settings[key] = value;
  }
  for (const [key, { required }] of Object.entries(wanted)) {
    if (required && childAt(entry.value, key) === undefined) {
      context.report.add('E123', entry.key.span, `\`${where}\` has no \`${key}\`, which a ${kind} channel needs.`);
    }
  }
  return { name, kind, settings };
}

function checkPersonChannel(channel: Sentence, context: Context): boolean {
  if (PERSON_KINDS.includes(channel.text)) return true;
  const kind = kindOf(channel.text, context);
  if (kind !== undefined && PERSON_KINDS.includes(kind)) return true;
  const hint =
    kind === undefined
      ? suggest(channel.text, [...PERSON_KINDS, ...context.namesOf('channels')])
      : `Notify the address itself: \`${kind}:${channel.text}\`.`;
  const message =
    kind === undefined
      ? `There is no channel \`${channel.text}\`.`
      : `The channel \`${channel.text}\` reaches an address, not a person.`;
  context.report.add('E137', placeOf(channel), message, hint);
  return false;
}

/** The duties of the schedules: the columns of their tables but the first. */
export function dutiesOf(context: Context): readonly string[] {
  return context.entries('oncall').flatMap((entry) => {
    const table = textAt(entry.value, 'table');
    const header = table?.text.split('\n', 1)[0] ?? '';
    return header
      .split('|')
      .slice(1)
      .flatMap((cell) => cell.split(','))
      .map((duty) => duty.trim())
      .filter((duty) => duty !== '');
  });
}

/** Whether a name is a person, a role or a duty. */
export function isSomebody(name: string, context: Context): boolean {
  return context.defines('people', name) || context.defines('roles', name) || dutiesOf(context).includes(name);
}

/** Reports a name that is nobody's. */
export function checkSomebody(sentence: Sentence, context: Context, what: string): void {
  if (isSomebody(sentence.text, context)) return;
  const known = [...context.namesOf('people'), ...context.namesOf('roles'), ...dutiesOf(context)];
  const hint = suggest(sentence.text, known);
  context.report.add('E132', placeOf(sentence), `There is no ${what} \`${sentence.text}\`.`, hint);
}

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
  if (parsed.who.kind === 'address') return compileAddress(sentence, parsed.who, context, where);

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
    const own = context.entry('people', person);
    const channels = by.length > 0 ? by.map((channel) => channel.text) : orderOf(person, context);
    if (channels.length === 0) return [];
    for (const channel of channels) checkAddressOf(person, channel, own, context, place(parsed));
    for (const channel of channels) {
      if (channel !== APP_CHANNEL) context.skip(where, `telling persons by ${channel}`, place(parsed));
    }
    const executed = channels.filter((channel) => channel === APP_CHANNEL);
    if (executed.length === 0) return [];
    return [{ kind: 'person', person, channels: executed, ...(via === undefined ? {} : { via }) } as const];
  });
}

/** The channels of a person in their own order. */
function orderOf(person: string, context: Context): readonly string[] {
  const own = context.entry('people', person);
  return own === undefined ? [] : sentencesOf(childAt(own.value, 'order')).map((channel) => channel.text);
}

/** A person is told by mail only with an address, by SMS and voice only with a number. */
function checkAddressOf(
  person: string,
  channel: string,
  own: MapEntry | undefined,
  context: Context,
  place: ReturnType<typeof placeOf>,
): void {
  const needed = channel === 'email' ? 'email' : ['sms', 'voice', 'whatsapp'].includes(channel) ? 'phone' : undefined;
  if (needed === undefined || own === undefined || childAt(own.value, needed) !== undefined) return;
  const message = `\`${person}\` has no \`${needed}\`, so ${channel} cannot reach them.`;
  context.report.add('E139', place, message, `Add \`${needed}\` under \`people.${person}\`.`);
}

/** `webhook:ops` is the binding `ops` of that kind; `slack:#x` a place within the binding named by its kind. */
function compileAddress(
  sentence: Sentence,
  address: { channel: string; target: string; span: { start: number; end: number } },
  context: Context,
  where: string,
): readonly Recipient[] {
  const place = sentence.place(address.span.start, address.span.end);
  if (!ADDRESS_KINDS.includes(address.channel) && kindOf(address.channel, context) === undefined) {
    const hint = suggest(address.channel, [...ADDRESS_KINDS, ...context.namesOf('channels')]);
    context.report.add('E137', place, `There is no channel \`${address.channel}\`.`, hint);
    return [];
  }
  if (address.channel !== 'webhook') {
    context.skip(where, `channels of kind ${kindOf(address.channel, context) ?? address.channel}`, place);
    return [];
  }
  if (kindOf(address.target, context) !== 'webhook') {
    const webhooks = context.namesOf('channels').filter((name) => kindOf(name, context) === 'webhook');
    const example = `Bind it: \`channels: { ${address.target}: { kind: webhook, url: …, secret: secret NAME } }\`.`;
    const hint = suggest(address.target, webhooks, example);
    context.report.add('E137', place, `There is no webhook \`${address.target}\` under \`channels\`.`, hint);
    return [];
  }
  return [{ kind: 'channel', channel: address.target, target: `${address.channel}:${address.target}` }];
}

/** Reads `lead`, which is kept for readers only. */
export function checkLead(context: Context): void {
  const lead = context.section('lead');
  if (lead?.kind !== 'text') return;
  const sentence = sentenceOf(lead);
  // A lead may stand outside of the plan's people; a name in the form of one of ours is held against them.
  if (context.entries('people').length > 0 && /^[a-z][a-z0-9-]*$/.test(sentence.text)) {
    checkSomebody(sentence, context, 'person');
  }
}
