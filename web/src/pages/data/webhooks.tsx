import { useQuery } from '@tanstack/react-query';
import type { WebhookAnswer } from '#contract/webhooks.ts';
import { api } from '../../api/client.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { CopyButton } from '../../kit/copy-button.tsx';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';

const EVERY_MS = 5_000;

const kinds: Readonly<Record<WebhookAnswer['kind'], string>> = {
  stripe: 'Stripe',
  github: 'GitHub',
  vercel: 'Vercel',
  json: 'JSON',
};

/** What other systems post: the address to give each of them, when the last request came, and why one was refused. */
export function Webhooks({ plan }: { readonly plan: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['webhooks', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/webhooks', { params: { plan }, signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Section
      title="Webhooks"
      aside={data === undefined || data.webhooks.length === 0 ? undefined : data.webhooks.length}
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The webhooks could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={2} height={88} />
      ) : data.webhooks.length === 0 ? (
        <EmptyState
          title="No other system posts here"
          snippet={'webhooks:\n  stripe: { secret: secret STRIPE_SIGNING }\n  github: { secret: secret GITHUB_HOOK }'}
        >
          Stripe, GitHub, Vercel and any signed JSON can be read as events. Name them in the plan and apply it; the
          address to give them stands here then:
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {data.webhooks.map((webhook) => (
            <Webhook key={webhook.name} webhook={webhook} known={data.since !== undefined} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Webhook({ webhook, known }: { readonly webhook: WebhookAnswer; readonly known: boolean }) {
  const { name, kind, url, proof, secret, secretSet, event, sources, refusals } = webhook;
  return (
    <li className={classes.webhook} data-webhook={name}>
      <div className={classes.webhookHead}>
        <h3 className={classes.name}>{name}</h3>
        <span className={classes.quiet}>{kinds[kind]}</span>
        <State webhook={webhook} known={known} />
      </div>
      <div className={classes.webhookAddress}>
        <code className={classes.onceKey}>{url}</code>
        <CopyButton what={`Address of ${name}`} value={url} />
      </div>
      {isLoopback(url) ? (
        <p className={classes.quiet}>
          Only this machine reaches that address: start Watchbill with --public-intake-url to have the public one here.
        </p>
      ) : null}
      <p className={classes.quiet}>
        Proved by {proof} with the secret {secret}
        {secretSet ? '' : ', which is not set'}; comes as events <code>{event}</code>
        {sources.length === 0 ? ', which no source of the plan reads yet' : `, read by ${sources.join(', ')}`}.
      </p>
      {refusals.length === 0 ? null : (
        <ul className={classes.list} aria-label={`Refused requests of ${name}`}>
          {refusals.map(({ code, count, example, hint, lastAt }) => (
            <li key={code} className={classes.refusal} data-code={code}>
              <span className={classes.number}>{formatCount(count)}</span>
              <span className={classes.words}>
                <span className={classes.name}>{code}</span>
                <span className={classes.said}>{example}</span>
                <span className={classes.quiet}>{hint}</span>
              </span>
              <span className={classes.quiet}>{lastAt === undefined ? null : <TimeText at={lastAt} show="age" />}</span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function State({ webhook, known }: { readonly webhook: WebhookAnswer; readonly known: boolean }) {
  const { secret, secretSet, lastAt, requests, duplicates } = webhook;
  if (!secretSet) return <StateMark tone="warning" word={`${secret} is not set: nothing can come`} />;
  if (lastAt === undefined) return <StateMark tone="none" word="nothing came in 30 days" />;
  const again = duplicates === 0 ? '' : `, ${formatCount(duplicates)} of its events again`;
  return (
    <>
      <StateMark tone="good" word="received" />
      <span className={classes.quiet}>
        last <TimeText at={lastAt} show="age" />
        {known && requests > 0 ? `, ${plural(requests, 'request')} since the start${again}` : ''}
      </span>
    </>
  );
}

function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}
