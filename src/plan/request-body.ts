import type { SecretOr } from './people.ts';

/** What a `POST` sends: text as written, or JSON made of a map or list. */
export type RequestBody =
  | { readonly kind: 'text'; readonly text: SecretOr<string> }
  | { readonly kind: 'json'; readonly value: BodyValue };

/** A value of a JSON body; an object as its entries, in the order of the plan. */
export type BodyValue =
  | SecretOr<string | number | boolean | null>
  | { readonly list: readonly BodyValue[] }
  | { readonly object: readonly (readonly [key: string, value: BodyValue])[] };

/** The secrets that a body names. */
export function secretsOfBody(body: RequestBody): readonly string[] {
  return body.kind === 'json' ? secretsOfValue(body.value) : secretsOfValue(body.text);
}

function secretsOfValue(value: BodyValue): readonly string[] {
  if ('secret' in value) return [value.secret];
  if ('list' in value) return value.list.flatMap(secretsOfValue);
  return 'object' in value ? value.object.flatMap(([, inner]) => secretsOfValue(inner)) : [];
}
