import type { ChannelBinding, Recipient, SecretOr } from '../people.ts';
import { suggest } from '../text/nearest-name.ts';
import { childAt, type MapEntry, type TextNode, type TreeNode } from '../text/tree.ts';
import {
  APP_CHANNEL,
  CHANNEL_KINDS,
  type ChannelKind,
  type ChannelSetting,
  executedKind,
  MAIL_ADDRESS,
} from './channel-kinds.ts';
import type { Context } from './context.ts';

/** The account of the installation, for plans that tell somebody `by email` and bind no mail server. */
const INSTALLATION_MAIL: ChannelBinding = {
  name: 'email',
  kind: 'email',
  settings: {
    host: { secret: 'MAIL_HOST' },
    user: { secret: 'MAIL_USER' },
    password: { secret: 'MAIL_PASSWORD' },
    from: { secret: 'MAIL_FROM' },
  },
  implied: true,
};

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

/** The bindings together with the account of the installation, when somebody is told by it. */
export function withInstallationMail(
  bindings: readonly ChannelBinding[],
  recipients: readonly Recipient[],
): readonly ChannelBinding[] {
  const { name } = INSTALLATION_MAIL;
  const used = recipients.some((recipient) =>
    recipient.kind === 'channel' ? recipient.channel === name : recipient.channels.includes(name),
  );
  return used && !bindings.some((binding) => binding.name === name) ? [...bindings, INSTALLATION_MAIL] : bindings;
}

/** The kind of a bound channel; undefined when there is no such binding. */
export function kindOf(name: string, context: Context): string | undefined {
  const entry = context.entry('channels', name);
  if (entry === undefined) return undefined;
  return textAt(entry.value, 'kind')?.text.trim() ?? name;
}

/** `secret NAME` names a secret; anything else is the value itself. */
export function secretOr(text: string): SecretOr<string> {
  const name = /^secret\s+([A-Za-z_][A-Za-z0-9_]*)$/.exec(text.trim())?.[1];
  return name === undefined ? { literal: text.trim() } : { secret: name };
}

export function textAt(node: TreeNode, key: string): TextNode | undefined {
  const value = childAt(node, key);
  return value?.kind === 'text' ? value : undefined;
}

function compileChannel(entry: MapEntry, context: Context): ChannelBinding | undefined {
  const name = entry.key.text;
  const kindNode = textAt(entry.value, 'kind');
  const kind = kindNode?.text.trim() ?? name;
  if (name === APP_CHANNEL || kind === APP_CHANNEL) {
    context.report.add('E142', entry.key.span, '`app` is always there and is not bound.', 'Delete the line.');
    return undefined;
  }
  if (!CHANNEL_KINDS.includes(kind)) {
    const hint = suggest(kind, CHANNEL_KINDS, 'Give the channel a `kind`, e.g. `kind: webhook`.');
    context.report.add('E137', kindNode?.span ?? entry.key.span, `There is no channel kind \`${kind}\`.`, hint);
    return undefined;
  }
  const known = executedKind(kind);
  if (known === undefined) {
    context.skip(`channels.${name}`, `channels of kind ${kind}`, entry.key.span);
    return undefined;
  }
  return { name, kind, settings: compileSettings(entry, kind, known, context) };
}

function compileSettings(
  entry: MapEntry,
  kind: string,
  { settings: wanted }: ChannelKind,
  context: Context,
): ChannelBinding['settings'] {
  const where = `channels.${entry.key.text}`;
  const settings: Record<string, SecretOr<string | number | boolean>> = {};
  for (const setting of entry.value.kind === 'map' ? entry.value.entries : []) {
    const key = setting.key.text;
    if (key === 'kind') continue;
    const known = Object.hasOwn(wanted, key) ? wanted[key] : undefined;
    if (known === undefined) {
      const hint = suggest(key, Object.keys(wanted), `It may have ${Object.keys(wanted).join(', ')}.`);
      context.report.add('E121', setting.key.span, `A ${kind} channel has no setting \`${key}\`.`, hint);
    } else if (setting.value.kind === 'text') {
      const value = compileSetting(setting.value, known, `${where}.${key}`, context);
      if (value !== undefined) settings[key] = value;
    }
  }
  for (const [key, { required, with: other }] of Object.entries(wanted)) {
    if (required === true && childAt(entry.value, key) === undefined) {
      const message = `\`${where}\` has no \`${key}\`, which a ${kind} channel needs.`;
      context.report.add('E123', entry.key.span, message);
    }
    const here = childAt(entry.value, key) !== undefined;
    if (other !== undefined && here && childAt(entry.value, other) === undefined) {
      context.report.add('E123', entry.key.span, `\`${where}\` has \`${key}\` and no \`${other}\`.`);
    }
  }
  return settings;
}

function compileSetting(
  node: TextNode,
  { type, secret, values }: ChannelSetting,
  where: string,
  context: Context,
): SecretOr<string | number> | undefined {
  const value = secretOr(node.text);
  if ('secret' in value) return value;
  const { literal } = value;
  const wrong = (message: string, hint?: string): undefined =>
    context.report.add('E167', node.span, message, hint) as undefined;
  if (secret === true) {
    const key = where.slice(where.lastIndexOf('.') + 1);
    const message = `\`${where}\` is a secret and is not written out.`;
    context.report.add('E125', node.span, message, `Write \`${key}: secret NAME\`.`);
    return undefined;
  }
  if (values !== undefined && !values.includes(literal)) {
    return wrong(`\`${where}\` is one of ${values.join(', ')}.`, suggest(literal, values));
  }
  if (type === 'url' && !/^https?:\/\/[^\s/?#]+/i.test(literal)) return wrong(`\`${where}\` is no http or https URL.`);
  if (type === 'email' && !MAIL_ADDRESS.test(literal)) return wrong(`\`${where}\` is no mail address.`);
  if (type !== 'number') return value;
  return /^\d{1,9}$/.test(literal) ? { literal: Number(literal) } : wrong(`\`${where}\` is no whole number.`);
}
