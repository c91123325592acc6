import { limits } from '#kernel/limits.ts';
import type { Source } from '../model.ts';
import { suggest } from '../text/nearest-name.ts';
import { childAt, entriesOf, type MapEntry, type TextNode } from '../text/tree.ts';
import type { JsonWebhook, Webhook, WebhookProof, WebhookValue } from '../webhook.ts';
import { secretOr, textAt } from './channels.ts';
import type { Context } from './context.ts';
import { WEBHOOK_KINDS, type WebhookKind, webhookEvent, webhookSettings } from './webhook-kinds.ts';

const KIND_NAMES = Object.keys(WEBHOOK_KINDS);
const SIGNATURE = /^hmac-(sha1|sha256|sha512)\s+in\s+([A-Za-z0-9-]{1,64})$/;
const HEADER = /^header\s+([A-Za-z0-9-]{1,64})$/;
const PATH = /^[A-Za-z0-9_$-]+(?:\.[A-Za-z0-9_$-]+)*$/;
/** Headers that hold credentials are no data. */
const PRIVATE_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Compiles the section `webhooks`. A hook with a mistake is reported and left out. */
export function compileWebhooks(context: Context): readonly Webhook[] {
  return context.entries('webhooks').flatMap((entry) => {
    const webhook = new WebhookReader(entry, context).read();
    return webhook === undefined ? [] : [webhook];
  });
}

/** All that comes by a webhook: those events of its name that it brought, since others may send events of that name too. */
export function sourceOfWebhook(webhook: Webhook): Source {
  const { name } = webhook;
  if (webhook.kind !== 'json' || webhook.event === webhookEvent(name)) {
    return { name, event: webhookEvent(name), units: {} };
  }
  return {
    name,
    event: webhook.event,
    where: { kind: 'compare', field: 'webhook', operator: '=', value: name },
    units: {},
  };
}

class WebhookReader {
  readonly #entry: MapEntry;
  readonly #context: Context;
  readonly #where: string;
  #failed = false;

  constructor(entry: MapEntry, context: Context) {
    this.#entry = entry;
    this.#context = context;
    this.#where = `webhooks.${entry.key.text}`;
  }

  read(): Webhook | undefined {
    const { key, value } = this.#entry;
    if (value.kind !== 'map') return undefined;
    const name = key.text;
    const kindNode = textAt(value, 'kind');
    const kind = kindNode?.text.trim() ?? name;
    if (!isKind(kind)) {
      const hint = suggest(kind, KIND_NAMES, `Give it a \`kind\`: ${KIND_NAMES.join(', ')}.`);
      const place = kindNode?.span ?? key.span;
      this.#context.report.add('E169', place, `There is no webhook kind \`${kind}\`.`, hint);
      return undefined;
    }
    this.#checkSettings(kind);
    const webhook = kind === 'json' ? this.#json(name) : this.#ofProvider(kind, name);
    return this.#failed ? undefined : webhook;
  }

  #ofProvider(kind: Exclude<WebhookKind, 'json'>, name: string): Webhook {
    const secret = this.#secret('secret') ?? this.#missing('secret', `a ${kind} webhook is signed with it`);
    const service = this.#service();
    const workflow = textAt(this.#entry.value, 'workflow')?.text.trim();
    if (kind === 'stripe') return { kind, name, secret };
    return {
      kind,
      name,
      secret,
      ...(service === undefined ? {} : { service }),
      ...(kind === 'github' && workflow !== undefined ? { workflow } : {}),
    } as Webhook;
  }

  #json(name: string): JsonWebhook {
    const { value } = this.#entry;
    const { secret, proof } = this.#proof();
    const event = textAt(value, 'event')?.text.trim() ?? webhookEvent(name);
    if (event === '' || event.length > limits.nameBytes) {
      this.#wrong(textAt(value, 'event'), `\`${this.#where}.event\` is a text of 1 to ${limits.nameBytes} characters.`);
    }
    const fields = childAt(value, 'fields');
    return {
      kind: 'json',
      name,
      secret,
      proof,
      event,
      ...this.#place('id', 'id'),
      ...this.#place('time', 'time'),
      ...this.#place('user', 'user'),
      ...this.#place('duration', 'durationMs'),
      ...this.#place('value', 'value'),
      ...(fields === undefined ? {} : { fields: this.#fields(entriesOf(fields)) }),
    };
  }

  /** A signature is the rule; who cannot sign shows a token. Without either anybody could make up events. */
  #proof(): { readonly secret: string; readonly proof: WebhookProof } {
    const { value } = this.#entry;
    const signature = textAt(value, 'signature');
    const token = textAt(value, 'token');
    const none = { secret: '', proof: { kind: 'token' } } as const;
    if (signature === undefined) {
      if (token === undefined) {
        this.#missing('signature', 'without it, or a `token`, anybody could send events');
        return none;
      }
      const stray = textAt(value, 'secret');
      if (stray !== undefined)
        this.#wrong(stray, `\`${this.#where}.secret\` signs nothing: there is no \`signature\`.`);
      return { ...none, secret: this.#secret('token') ?? '' };
    }
    if (token !== undefined) {
      this.#wrong(token, `\`${this.#where}\` has \`signature\` and \`token\`; one of them is enough.`);
    }
    const secret = this.#secret('secret') ?? this.#missing('secret', 'the signature is made with it');
    const text = signature.text.trim();
    if (text === 'standard-webhooks') return { secret, proof: { kind: 'standard-webhooks' } };
    const [, hash, header] = SIGNATURE.exec(text) ?? [];
    if (hash === undefined || header === undefined) {
      const hint =
        'Write `hmac-sha256 in x-signature`, with sha1, sha256 or sha512 and the name of the header, or `standard-webhooks`.';
      this.#wrong(signature, `\`${this.#where}.signature\` is no signature that is known.`, hint);
      return none;
    }
    return {
      secret,
      proof: { kind: 'hmac', hash: hash as 'sha1' | 'sha256' | 'sha512', header: header.toLowerCase() },
    };
  }

  #fields(entries: readonly MapEntry[]): Readonly<Record<string, WebhookValue>> {
    if (entries.length > limits.attributesPerRecord) {
      const message = `\`${this.#where}.fields\` has ${entries.length} fields; a record has at most ${limits.attributesPerRecord}.`;
      this.#wrong(entries[limits.attributesPerRecord]?.key, message);
    }
    return Object.fromEntries(
      entries.flatMap(({ key, value }) => {
        const found = value.kind === 'text' ? this.#valueAt(value, `fields.${key.text}`) : undefined;
        return found === undefined ? [] : [[key.text, found] as const];
      }),
    );
  }

  #place<Key extends string>(setting: string, key: Key): { readonly [key in Key]?: WebhookValue } {
    const node = textAt(this.#entry.value, setting);
    const found = node === undefined ? undefined : this.#valueAt(node, setting);
    return (found === undefined ? {} : { [key]: found }) as { readonly [key in Key]?: WebhookValue };
  }

  #valueAt(node: TextNode, setting: string): WebhookValue | undefined {
    const text = node.text.trim();
    const header = HEADER.exec(text)?.[1]?.toLowerCase();
    if (header !== undefined) {
      if (!PRIVATE_HEADERS.has(header)) return { header };
      this.#wrong(node, `\`${this.#where}.${setting}\`: the header \`${header}\` holds a credential and is no data.`);
      return undefined;
    }
    const path = text.split('.');
    if (PATH.test(text) && path.length <= limits.jsonDepth) return { path };
    const hint = 'Write the keys with points between: `data.customer.id`, `data.items.0.sku`; or `header x-event-id`.';
    this.#wrong(node, `\`${this.#where}.${setting}\` is no path into the body.`, hint);
    return undefined;
  }

  #service(): string | undefined {
    const node = textAt(this.#entry.value, 'service');
    if (node === undefined) return undefined;
    const name = node.text.trim();
    if (!this.#context.defines('services', name)) {
      const hint = suggest(name, this.#context.namesOf('services'));
      this.#context.report.add('E135', node.span, `There is no service \`${name}\`.`, hint);
      this.#failed = true;
    }
    return name;
  }

  #secret(setting: 'secret' | 'token'): string | undefined {
    const node = textAt(this.#entry.value, setting);
    if (node === undefined) return undefined;
    const value = secretOr(node.text);
    if ('secret' in value) return value.secret;
    const message = `\`${this.#where}.${setting}\` is a secret and is not written out.`;
    this.#context.report.add('E125', node.span, message, `Write \`${setting}: secret NAME\`.`);
    this.#failed = true;
    return '';
  }

  #checkSettings(kind: WebhookKind): void {
    const known = webhookSettings(kind);
    for (const { key } of entriesOf(this.#entry.value)) {
      // What no kind has is a finding of the shape already.
      if (key.text === 'kind' || known.includes(key.text) || !ALL_SETTINGS.has(key.text)) continue;
      const hint = suggest(key.text, known, `It may have ${known.join(', ')}.`);
      this.#context.report.add('E169', key.span, `A ${kind} webhook has no setting \`${key.text}\`.`, hint);
      this.#failed = true;
    }
  }

  #missing(setting: string, why: string): string {
    // What stands there was a finding already: a placeholder, or a secret written out.
    if (childAt(this.#entry.value, setting) === undefined) {
      this.#context.report.add('E123', this.#entry.key.span, `\`${this.#where}\` has no \`${setting}\`: ${why}.`);
    }
    this.#failed = true;
    return '';
  }

  #wrong(node: TextNode | undefined, message: string, hint?: string): void {
    this.#context.report.add('E169', node?.span ?? this.#entry.key.span, message, hint);
    this.#failed = true;
  }
}

const ALL_SETTINGS: ReadonlySet<string> = new Set(Object.values(WEBHOOK_KINDS).flat());

function isKind(kind: string): kind is WebhookKind {
  return Object.hasOwn(WEBHOOK_KINDS, kind);
}
