import { z } from 'zod';
import { levelSchema } from './parameters.ts';
import { declareRoute } from './route.ts';
import { emailSchema, linkTokenSchema, newPasswordSchema, personNameSchema, sessionSchema } from './session.ts';

const planNameSchema = z.string().min(1).max(100);
const memberParameter = z.object({ member: z.string().min(1).max(100) });

export const memberSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    /** On the whole server; absent for one who has levels on single plans only. */
    serverLevel: levelSchema.optional(),
    planLevels: z.record(z.string(), levelSchema),
    /** May not sign in. */
    disabled: z.boolean(),
    version: z.number(),
    createdAt: z.string(),
    lastSeenAt: z.string().optional(),
  })
  .meta({ id: 'Member' });

/** As it is listed: with the persons of plans who have the same e-mail address, in plans that run. */
export const listedMemberSchema = memberSchema
  .extend({ persons: z.array(z.object({ plan: z.string(), person: z.string() })) })
  .meta({ id: 'ListedMember' });

/** A link that is good once and is shown this once; `path` is what of it follows the server's own address. */
export const oneTimeLinkSchema = z
  .object({ id: z.string(), url: z.string(), path: z.string(), email: z.string(), expiresAt: z.string() })
  .meta({ id: 'OneTimeLink' });

export const invitationSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    level: levelSchema,
    /** The one plan that it is for; the whole server when absent. */
    plan: z.string().optional(),
    invitedBy: z.string(),
    createdAt: z.string(),
    expiresAt: z.string(),
  })
  .meta({ id: 'Invitation' });

export const listMembers = declareRoute({
  method: 'get',
  path: '/members',
  permission: 'administer',
  scope: 'server',
  summary: 'Who may sign in, as what, and whom of the plans they are.',
  answer: z.array(listedMemberSchema),
});

export const changeMember = declareRoute({
  method: 'put',
  path: '/members/{member}',
  permission: 'administer',
  scope: 'server',
  summary: 'Set what somebody may do, and whether they may sign in. Owners are made and changed by owners.',
  params: memberParameter,
  body: z
    .object({
      expectedVersion: z.number().int().min(1),
      /** Left out, they have no level on the whole server. */
      serverLevel: levelSchema.optional(),
      planLevels: z
        .record(planNameSchema, levelSchema)
        .refine((levels) => Object.keys(levels).length <= 1_000, 'A member has levels on at most 1,000 plans.'),
      disabled: z.boolean(),
    })
    .strict()
    .meta({ id: 'ChangeMemberRequest' }),
  answer: memberSchema,
});

export const removeMember = declareRoute({
  method: 'delete',
  path: '/members/{member}',
  permission: 'administer',
  scope: 'server',
  summary: 'Remove somebody: their sessions end and their tokens are revoked.',
  params: memberParameter,
  answer: z.object({ removed: z.literal(true) }),
});

export const createResetLink = declareRoute({
  method: 'post',
  path: '/members/{member}/reset-link',
  permission: 'administer',
  scope: 'server',
  summary: 'Make a link by which somebody sets a new password. It is shown this once, and voids those before.',
  params: memberParameter,
  answer: oneTimeLinkSchema,
});

export const listInvitations = declareRoute({
  method: 'get',
  path: '/invitations',
  permission: 'administer',
  scope: 'server',
  summary: 'Invitations that are still good, without their links.',
  answer: z.array(invitationSchema),
});

export const createInvitation = declareRoute({
  method: 'post',
  path: '/invitations',
  permission: 'administer',
  scope: 'server',
  summary: 'Invite somebody. The link is shown this once, and voids those before to the same address.',
  body: z
    .object({ email: emailSchema, level: levelSchema, plan: planNameSchema.optional() })
    .strict()
    .meta({ id: 'CreateInvitationRequest' }),
  answer: oneTimeLinkSchema,
});

export const withdrawInvitation = declareRoute({
  method: 'delete',
  path: '/invitations/{invitation}',
  permission: 'administer',
  scope: 'server',
  summary: 'Take an invitation back.',
  params: z.object({ invitation: z.string().min(1).max(100) }),
  answer: z.object({ withdrawn: z.literal(true) }),
});

export const openInvitation = declareRoute({
  method: 'post',
  path: '/invitations/open',
  permission: 'public',
  scope: 'public',
  summary: 'What the token of an invitation is good for; it stays good.',
  body: z.object({ token: linkTokenSchema }).strict().meta({ id: 'OpenInvitationRequest' }),
  answer: invitationSchema,
});

export const acceptInvitation = declareRoute({
  method: 'post',
  path: '/invitations/accept',
  permission: 'public',
  scope: 'public',
  summary: 'Become a member by the token of an invitation, and sign in.',
  body: z
    .object({ token: linkTokenSchema, name: personNameSchema, password: newPasswordSchema })
    .strict()
    .meta({ id: 'AcceptInvitationRequest' }),
  answer: sessionSchema,
});

export type MemberAnswer = z.infer<typeof memberSchema>;
export type OneTimeLinkAnswer = z.infer<typeof oneTimeLinkSchema>;
export type InvitationAnswer = z.infer<typeof invitationSchema>;
