import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const channelSettingSchema = z
  .object({
    name: z.string(),
    help: z.string(),
    required: z.boolean(),
    /** What the plan has written out; absent for a secret, and for what it leaves to the default. */
    value: z.string().optional(),
    /** Name of the secret that the plan takes the value from, and whether that is set. Its value is never shown. */
    secret: z.object({ name: z.string(), set: z.boolean() }).optional(),
  })
  .meta({ id: 'ChannelSetting' });

export const channelDeliverySchema = z
  .object({ at: z.string(), recipient: z.string(), alert: z.string(), problem: z.string().optional() })
  .meta({ id: 'ChannelDelivery' });

export const channelTestAnswerSchema = z
  .object({
    accepted: z.boolean(),
    /** One of the named reasons of the journal. */
    reason: z.string(),
    recipient: z.string(),
    receipt: z.string().optional(),
    problem: z.string().optional(),
  })
  .meta({ id: 'ChannelTest' });

export const channelSchema = z
  .object({
    /** As lines of the plan name it. */
    channel: z.string(),
    kind: z.string(),
    title: z.string(),
    summary: z.string(),
    /** `plan`: bound under `channels`. `installation`: an account of the server. `built-in`: there by itself. */
    origin: z.enum(['plan', 'installation', 'built-in']),
    settings: z.array(channelSettingSchema),
    /** False when a secret that it needs is not set: then its messages wait. */
    ready: z.boolean(),
    /** Persons who have an address for it. */
    persons: z.array(z.string()),
    /** Addresses that lines of the plan name for it. */
    addresses: z.array(z.string()),
    /** Whether a test has to say to whom. */
    needsRecipient: z.boolean(),
    lastAccepted: channelDeliverySchema.optional(),
    /** The last message that failed for good, or whose last attempt failed. */
    lastFailed: channelDeliverySchema.optional(),
    lastTest: channelTestAnswerSchema.extend({ at: z.string(), by: z.string() }).optional(),
  })
  .meta({ id: 'Channel' });

const channelParameters = planParameter.extend({ channel: z.string().min(1).max(100) });

export const listChannels = declareRoute({
  method: 'get',
  path: '/plans/{plan}/channels',
  permission: 'read',
  scope: 'plan',
  summary: 'Channels of the plan: what they are set to, whether they can send, and how the last messages went.',
  params: planParameter,
  answer: z.array(channelSchema),
});

export const testChannelRequestSchema = z
  .object({ recipient: z.string().min(1).max(300).optional() })
  .strict()
  .meta({ id: 'TestChannelRequest' });

export const testChannel = declareRoute({
  method: 'post',
  path: '/plans/{plan}/channels/{channel}/test',
  permission: 'administer',
  scope: 'plan',
  summary: 'Send one test message to a person or an address that the plan names.',
  params: channelParameters,
  body: testChannelRequestSchema,
  answer: channelTestAnswerSchema,
});

export const testOwnChannel = declareRoute({
  method: 'post',
  path: '/plans/{plan}/channels/{channel}/test-to-me',
  permission: 'own',
  scope: 'plan',
  summary: 'Send one test message to the person of the plan whose mail address is yours.',
  params: channelParameters,
  body: z.object({}).strict(),
  answer: channelTestAnswerSchema,
});

export type ChannelAnswer = z.infer<typeof channelSchema>;
export type ChannelTestAnswer = z.infer<typeof channelTestAnswerSchema>;
