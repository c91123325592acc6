import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allows } from '#contract/access.ts';
import type { SessionAnswer } from '#contract/session.ts';
import { api } from '../../api/client.ts';
import { Section } from '../../kit/page.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { FormFailure } from './field-failure.tsx';
import { useGuard } from './password-again.tsx';
import classes from './settings.module.css';

/** Invitations that nobody has used yet. */
export function InvitationList({ session }: { readonly session: SessionAnswer }) {
  const client = useQueryClient();
  const guard = useGuard();
  const { data, error, refetch } = useQuery({
    queryKey: ['invitations'],
    queryFn: ({ signal }) => api.get('/invitations', { signal }),
  });
  const withdraw = useMutation({
    mutationFn: (invitation: string) =>
      guard(() => api.delete('/invitations/{invitation}', { params: { invitation } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  return (
    <Section title="Invitations">
      <FormFailure error={withdraw.error} />
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The invitations could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={1} height={60} />
      ) : data.length === 0 ? (
        <p className={classes.quiet}>None is open: whoever was invited is here, or their link has run out.</p>
      ) : (
        <ul className={classes.list}>
          {data.map(({ id, email, level, plan, invitedBy, expiresAt }) => (
            <li key={id} className={classes.row} data-invitation={email}>
              <div className={classes.what}>
                <span className={classes.name}>{email}</span>
                <span>
                  {level} {plan === undefined ? 'on the server' : `of ${plan}`}
                </span>
                <span className={classes.quiet}>
                  invited by {invitedBy}, good until <TimeText at={expiresAt} />
                </span>
              </div>
              <div className={classes.rowEnd}>
                {level === 'owner' && !allows(session.serverLevel, 'govern') ? null : (
                  <Button
                    size="xs"
                    variant="default"
                    className={classes.tap}
                    aria-label={`Take back the invitation of ${email}`}
                    loading={withdraw.isPending && withdraw.variables === id}
                    onClick={() => withdraw.mutate(id)}
                  >
                    Take back
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
