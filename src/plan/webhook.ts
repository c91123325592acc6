/** Other systems that post what happens with them; each has an address of its own, and its signature is the credential. */
export type Webhook = StripeWebhook | GithubWebhook | VercelWebhook | JsonWebhook;

export interface StripeWebhook {
  readonly kind: 'stripe';
  readonly name: string;
  /** Name of the signing secret. */
  readonly secret: string;
}

export interface GithubWebhook {
  readonly kind: 'github';
  readonly name: string;
  readonly secret: string;
  /** The service that its deployments are of; without it the repository's name. */
  readonly service?: string;
  /** A workflow whose successful runs are deployments. */
  readonly workflow?: string;
}

export interface VercelWebhook {
  readonly kind: 'vercel';
  readonly name: string;
  readonly secret: string;
  /** The service that its deployments are of; without it the project's name. */
  readonly service?: string;
}

/** Any JSON, one event a request, read by a mapping. */
export interface JsonWebhook {
  readonly kind: 'json';
  readonly name: string;
  readonly secret: string;
  readonly proof: WebhookProof;
  /** The name of its events. */
  readonly event: string;
  readonly id?: WebhookValue;
  readonly time?: WebhookValue;
  readonly user?: WebhookValue;
  readonly durationMs?: WebhookValue;
  readonly value?: WebhookValue;
  /** By the name of the attribute; absent: every value of the body under its own path. */
  readonly fields?: Readonly<Record<string, WebhookValue>>;
}

/** How a sender shows that it knows the secret. */
export type WebhookProof =
  /** HMAC of the body, in hexadecimal digits or base64, alone or behind `sha256=`; the header's name in lower case. */
  | { readonly kind: 'hmac'; readonly hash: 'sha1' | 'sha256' | 'sha512'; readonly header: string }
  /** https://www.standardwebhooks.com: HMAC of id, time and body. */
  | { readonly kind: 'standard-webhooks' }
  /** The secret itself, in `Authorization: Bearer`. */
  | { readonly kind: 'token' };

/** Where a value stands: in the body, each step the key of a map or the place in a list, or in a header (lower case). */
export type WebhookValue = { readonly path: readonly string[] } | { readonly header: string };
