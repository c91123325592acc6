import { z } from 'zod';
import { levelSchema } from './parameters.ts';
import { declareRoute } from './route.ts';

/** A password that somebody chooses: any characters, a length, and nothing else (a list of common ones is held against it later). */
export const newPasswordSchema = z
  .string()
  .min(12, 'A password has at least 12 characters.')
  .max(128, 'A password has at most 128 characters.');
const givenPasswordSchema = z.string().min(1).max(128, 'A password has at most 128 characters.');
export const emailSchema = z.email('This is no e-mail address.').max(254);
export const personNameSchema = z
  .string()
  .trim()
  .min(1, 'Say how you are called.')
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'A name has no control characters.');
/** Of a one-time link, as it stands behind `#token=`. */
export const linkTokenSchema = z.string().min(1).max(200);

/** Whoever asks, and what they may do. */
export const sessionSchema = z
  .object({
    kind: z.enum(['session', 'token', 'admin-token']),
    name: z.string(),
    email: z.string().optional(),
    userId: z.string().optional(),
    /** What they may do on the whole server; absent when they have levels on single plans only. */
    serverLevel: levelSchema.optional(),
    planLevels: z.record(z.string(), levelSchema),
    /** Of a session. */
    sessionId: z.string().optional(),
    signedInAt: z.string().optional(),
    /** When the session ends unless it is used before, and at the latest. */
    expiresAt: z.string().optional(),
    endsAt: z.string().optional(),
    /** What only owners do asks for the password again: the sign-in is too long ago. */
    reauthenticationNeeded: z.boolean(),
  })
  .meta({ id: 'Session' });

export const signInStateSchema = z
  .object({
    /** There is no owner yet: the link that was printed at start makes one. */
    setUpNeeded: z.boolean(),
  })
  .meta({ id: 'SignInState' });

export const listedSessionSchema = z
  .object({
    id: z.string(),
    /** The one that asks. */
    current: z.boolean(),
    address: z.string(),
    userAgent: z.string(),
    signedInAt: z.string(),
    lastSeenAt: z.string(),
    expiresAt: z.string(),
  })
  .meta({ id: 'ListedSession' });

export const getSignInState = declareRoute({
  method: 'get',
  path: '/sign-in',
  permission: 'public',
  scope: 'public',
  summary: 'Whether somebody can sign in yet.',
  answer: signInStateSchema,
});

export const setUp = declareRoute({
  method: 'post',
  path: '/set-up',
  permission: 'public',
  scope: 'public',
  summary: 'Make the first owner with the token of the link that was printed at start, and sign in.',
  body: z
    .object({ token: linkTokenSchema, name: personNameSchema, email: emailSchema, password: newPasswordSchema })
    .strict()
    .meta({ id: 'SetUpRequest' }),
  answer: sessionSchema,
});

export const signIn = declareRoute({
  method: 'post',
  path: '/sign-in',
  permission: 'public',
  scope: 'public',
  summary: 'Sign in with an e-mail address and a password; the answer sets the session cookie.',
  body: z.object({ email: emailSchema, password: givenPasswordSchema }).strict().meta({ id: 'SignInRequest' }),
  answer: sessionSchema,
});

export const signOut = declareRoute({
  method: 'post',
  path: '/sign-out',
  permission: 'own',
  scope: 'self',
  summary: 'End the session that asks.',
  answer: z.object({ signedOut: z.literal(true) }),
});

export const getSession = declareRoute({
  method: 'get',
  path: '/session',
  permission: 'own',
  scope: 'self',
  summary: 'Who asks, and what they may do.',
  answer: sessionSchema,
});

export const confirmPassword = declareRoute({
  method: 'post',
  path: '/session/password',
  permission: 'own',
  scope: 'self',
  summary: 'Enter the password again, for what only owners do; the answer sets a new session cookie.',
  body: z.object({ password: givenPasswordSchema }).strict().meta({ id: 'ConfirmPasswordRequest' }),
  answer: sessionSchema,
});

export const listSessions = declareRoute({
  method: 'get',
  path: '/sessions',
  permission: 'own',
  scope: 'self',
  summary: 'Where one is signed in.',
  answer: z.array(listedSessionSchema),
});

export const endSession = declareRoute({
  method: 'delete',
  path: '/sessions/{session}',
  permission: 'own',
  scope: 'self',
  summary: 'End one of the own sessions.',
  params: z.object({ session: z.string().min(1).max(100) }),
  answer: z.object({ ended: z.literal(true) }),
});

export const changePassword = declareRoute({
  method: 'post',
  path: '/password',
  permission: 'own',
  scope: 'self',
  summary: 'Change the own password: every other session ends, and the answer sets a new session cookie.',
  body: z
    .object({ currentPassword: givenPasswordSchema, newPassword: newPasswordSchema })
    .strict()
    .meta({ id: 'ChangePasswordRequest' }),
  answer: sessionSchema,
});

export const resetPassword = declareRoute({
  method: 'post',
  path: '/password-reset',
  permission: 'public',
  scope: 'public',
  summary: 'Set a new password with the token of a reset link, and sign in; every other session ends.',
  body: z.object({ token: linkTokenSchema, password: newPasswordSchema }).strict().meta({ id: 'ResetPasswordRequest' }),
  answer: sessionSchema,
});

export type SessionAnswer = z.infer<typeof sessionSchema>;
export type SignInStateAnswer = z.infer<typeof signInStateSchema>;
export type ListedSessionAnswer = z.infer<typeof listedSessionSchema>;
