import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { allows } from '#contract/access.ts';
import type { SessionAnswer } from '#contract/session.ts';
import type { ApiTokenAnswer } from '#contract/tokens.ts';
import { api } from '../../api/client.ts';
import { plural } from '../../format/numbers.ts';
import { ConfirmDialog } from '../../kit/confirm-dialog.tsx';
import { useNow } from '../../kit/now.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { useGuard } from './password-again.tsx';
import classes from './settings.module.css';
import { TokenDialog } from './token-dialog.tsx';
import { isGood } from './token-words.ts';
import type { SettingsPlan } from './use-settings-plan.tsx';

interface TokensSectionProps {
  readonly session: SessionAnswer;
  readonly plan: SettingsPlan;
}

/** Tokens of the API: those that are good, and on request those that were. */
export function TokensSection({ session, plan }: TokensSectionProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => api.get('/tokens', { signal }),
  });
  const now = useNow(60_000);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiTokenAnswer>();
  const [past, setPast] = useState(false);
  const good = data?.filter((token) => isGood(token, now)) ?? [];
  const over = data?.filter((token) => !isGood(token, now)) ?? [];
  const mayRevoke = ({ level }: ApiTokenAnswer): boolean => level !== 'owner' || allows(session.serverLevel, 'govern');
  return (
    <Section
      title="Tokens of the API"
      aside={data === undefined ? undefined : `${plural(good.length, 'token')} in use`}
    >
      <div className={classes.bar}>
        <Button size="sm" onClick={() => setMaking(true)}>
          Make a token
        </Button>
        <span className={classes.quiet}>
          For programs that ask or act. What sends events takes an{' '}
          {plan.chosen === undefined ? 'ingest key' : <Link to={paths.data(plan.chosen)}>ingest key</Link>} of the plan
          instead.
        </span>
      </div>
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The tokens could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={3} height={64} />
      ) : good.length === 0 ? (
        <EmptyState
          title={over.length === 0 ? 'No token yet' : 'No token is good any more'}
          snippet={`curl -H "Authorization: Bearer $TOKEN" ${location.origin}/api/plans`}
        >
          A program that asks how things stand, or acknowledges, shows a token. Make one, then:
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {good.map((token) => (
            <TokenRow key={token.id} token={token}>
              {mayRevoke(token) ? (
                <Button
                  size="xs"
                  variant="default"
                  className={classes.tap}
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => setRevoking(token)}
                >
                  Revoke
                </Button>
              ) : (
                <span className={classes.quiet}>revoked by owners</span>
              )}
            </TokenRow>
          ))}
        </ul>
      )}
      {over.length === 0 ? null : (
        <>
          <button
            type="button"
            className={classes.textButton}
            aria-expanded={past}
            onClick={() => setPast((before) => !before)}
          >
            {past ? 'Hide' : 'Show'} {plural(over.length, 'token')} that {over.length === 1 ? 'is' : 'are'} over
          </button>
          {past ? (
            <ul className={classes.list}>
              {over.map((token) => (
                <TokenRow key={token.id} token={token}>
                  <StateMark tone="none" word={token.revokedAt === undefined ? 'expired' : 'revoked'} />
                </TokenRow>
              ))}
            </ul>
          ) : null}
        </>
      )}
      {making ? <TokenDialog session={session} onClose={() => setMaking(false)} /> : null}
      {revoking === undefined ? null : <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} />}
    </Section>
  );
}

function TokenRow({ token, children }: { readonly token: ApiTokenAnswer; readonly children: ReactNode }) {
  return (
    <li className={classes.row} data-token={token.name}>
      <div className={classes.what}>
        <span className={classes.name}>{token.name}</span>
        <span>
          {token.level} {token.plan === undefined ? 'on the server' : `of ${token.plan}`}
        </span>
        <span className={classes.quiet}>
          made by {token.madeBy}, <TimeText at={token.createdAt} /> · {token.id}
        </span>
      </div>
      <div className={classes.rowEnd}>
        <span className={classes.quiet}>
          {token.lastUsedAt === undefined ? (
            'never used'
          ) : (
            <>
              used <TimeText at={token.lastUsedAt} show="age" />
            </>
          )}
          <br />
          {token.revokedAt !== undefined ? (
            <>
              revoked <TimeText at={token.revokedAt} />
            </>
          ) : token.expiresAt === undefined ? (
            'no end'
          ) : (
            <>
              ends <TimeText at={token.expiresAt} show="age" />
            </>
          )}
        </span>
        {children}
      </div>
    </li>
  );
}

function RevokeToken({ token, onClose }: { readonly token: ApiTokenAnswer; readonly onClose: () => void }) {
  const client = useQueryClient();
  const guard = useGuard();
  const revoke = useMutation({
    mutationFn: () => guard(() => api.delete('/tokens/{token}', { params: { token: token.id } })),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}?`}
      confirm="Revoke it"
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      Whatever uses it is refused within seconds, and it cannot be made good again.{' '}
      {token.lastUsedAt === undefined ? (
        'It was never used.'
      ) : (
        <>
          It was last used <TimeText at={token.lastUsedAt} show="age" />.
        </>
      )}
    </ConfirmDialog>
  );
}
