import type pg from 'pg';
import type { Clock, Random } from '#kernel/ports.ts';
import { withOurFailures } from '#storage/postgres/our-failures.ts';
import { createAuthRows } from '#storage/postgres/sign-in/auth-rows.ts';
import { type AuditLog, createAuditLog } from '../audit/audit-log.ts';
import { createAuditServices } from '../audit/audit-services.ts';
import { type Authenticate, createAuthenticate } from '../authenticate.ts';
import { createMemberServices } from '../members/member-services.ts';
import type { ApiServices } from '../services.ts';
import { createApiTokens } from '../tokens/token-services.ts';
import { createAccounts } from './accounts.ts';
import { createAttemptLimits } from './attempt-limits.ts';
import type { SignInServices } from './services.ts';
import { createSessions } from './sessions.ts';
import { makeSetUpToken } from './set-up-link.ts';
import { createSignInServices } from './sign-in-services.ts';

export interface AccessOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly random: Random;
  /** Whoever can read it in the data folder may do everything. */
  readonly adminToken: string;
  /** Of this installation: keys the hashes under which attempts are counted, and what the sign-in library signs. */
  readonly authSecret: string;
  readonly isPlan: (name: string) => boolean;
  /** Where browsers reach the server, without a slash at its end. */
  readonly publicUrl: string;
}

/** People and programs: who they are and what they may do. */
export interface Access {
  readonly authenticate: Authenticate;
  readonly services: Pick<ApiServices, 'signIn' | 'members' | 'tokens' | 'audit'>;
  readonly audit: AuditLog;
  /** The path of the link that makes the first owner; undefined when there is one. Earlier links are void from then on. */
  makeSetUpPath(): Promise<string | undefined>;
}

/** Sign-in and access on PostgreSQL. */
export function createAccess(options: AccessOptions): Access {
  const { pool, clock, random, adminToken, authSecret, isPlan, publicUrl } = options;
  const sessions = withOurFailures(createSessions(pool, clock));
  const accounts = createAccounts(createAuthRows(pool), clock, authSecret);
  const attempts = createAttemptLimits(pool, clock, authSecret);
  const tokens = createApiTokens({ pool, clock, random, isPlan });
  const { find } = withOurFailures({ find: tokens.find });
  const { begun: beginSession, ...signIn } = createSignInServices({
    pool,
    accounts,
    sessions,
    attempts,
    clock,
    random,
  });
  const onChanged = (): void => {
    sessions.forget();
    tokens.forget();
  };
  const members = createMemberServices({
    ...{ pool, clock, random, accounts, attempts, isPlan, publicUrl },
    ...{ beginSession, onChanged },
  });
  return {
    authenticate: createAuthenticate({ adminToken, sessions, tokens: find }),
    audit: withOurFailures(createAuditLog(pool, clock)),
    services: {
      signIn: withOurFailures<SignInServices>(signIn),
      members: withOurFailures(members),
      tokens: withOurFailures(tokens.services),
      audit: withOurFailures(createAuditServices(pool)),
    },
    async makeSetUpPath() {
      const token = await makeSetUpToken(pool, clock, random);
      return token === undefined ? undefined : `/set-up#token=${token}`;
    },
  };
}
