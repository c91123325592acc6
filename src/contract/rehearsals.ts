import { z } from 'zod';
import { failureSchema } from './failure.ts';
import { planParameter } from './parameters.ts';
import { diagnosticSchema, fileSchema } from './plans.ts';
import { declareRoute } from './route.ts';

/** Times of a rehearsal are milliseconds from T+0. */
const span = { fromMs: z.number(), untilMs: z.number() };
const group = z.array(z.string());

export const recordingSchema = z
  .object({
    name: z.string(),
    seed: z.number(),
    /** T+0 of this rehearsal. */
    launch: z.number(),
    ...span,
    steps: z.array(z.object({ atMs: z.number(), text: z.string(), place: z.string() })),
    facts: z.array(
      z.object({
        atMs: z.number(),
        kind: z.string(),
        subject: z.string(),
        /** In words. */
        text: z.string(),
        /** The readings behind it, a line each. */
        evidence: z.array(z.string()),
      }),
    ),
    expectations: z.array(
      z.object({
        atMs: z.number(),
        /** When the step stood that expected it. */
        stepMs: z.number(),
        text: z.string(),
        /** `file:line:col` of the step. */
        place: z.string(),
        passed: z.boolean(),
        /** What happened instead. */
        instead: z.array(z.string()),
      }),
    ),
    messages: z.array(
      z.object({
        atMs: z.number(),
        recipient: z.string(),
        channel: z.string(),
        rule: z.string(),
        group,
        alert: z.string(),
        /** What it tells: `fired`, `repeated`, `flapping` or `resolved`. */
        step: z.string(),
      }),
    ),
    phases: z.array(z.object({ name: z.string(), ...span })),
    /** Rules in their groups, from state to state. */
    alerts: z.array(
      z.object({
        rule: z.string(),
        group,
        state: z.enum(['pending', 'firing', 'resolving']),
        alert: z.string().optional(),
        severity: z.string().optional(),
        ...span,
      }),
    ),
    loads: z.array(z.object({ name: z.string(), text: z.string(), kind: z.enum(['load', 'silence']), ...span })),
    series: z.array(
      z.object({
        signal: z.string(),
        group,
        unit: z.string(),
        /** Time, value in base units, and whether it counts. */
        points: z.array(z.tuple([z.number(), z.number().nullable(), z.enum(['value', 'too few', 'no data'])])),
      }),
    ),
    /** The distance of two points of a series. */
    pointMs: z.number(),
    /** What was left out because there was too much of it, a sentence each. */
    leftOut: z.array(z.string()),
  })
  .meta({ id: 'Recording' });

export const rehearsalResultSchema = z
  .object({
    /** `invalid`: plan or scenario have errors, and nothing was played. */
    state: z.enum(['passed', 'failed', 'invalid']),
    diagnostics: z.array(diagnosticSchema),
    events: z.number(),
    /** What happened, line by line, as the command line prints it. */
    timeline: z.string(),
    recording: recordingSchema.optional(),
    /** Parts of the plan that nothing executes yet. */
    notExecuted: z.array(z.object({ what: z.string(), path: z.string(), line: z.number() })),
  })
  .meta({ id: 'RehearsalResult' });

/** One line of the answer. The last one is `result` or `failed`. */
export const rehearsalMessageSchema = z
  .discriminatedUnion('type', [
    /** Others are played before it. */
    z.object({ type: z.literal('waiting'), ahead: z.number() }),
    z.object({ type: z.literal('progress'), reachedMs: z.number(), ...span }),
    z.object({ type: z.literal('result'), result: rehearsalResultSchema }),
    z.object({ type: z.literal('failed'), error: failureSchema.shape.error }),
  ])
  .meta({ id: 'RehearsalMessage' });

export const scenarioSchema = fileSchema.extend({
  /** What it says that it plays; its path when it says nothing. */
  name: z.string(),
});

export const listScenarios = declareRoute({
  method: 'get',
  path: '/plans/{plan}/scenarios',
  permission: 'read',
  scope: 'plan',
  summary: 'The scenarios that came with the version in force.',
  params: planParameter,
  answer: z.object({ version: z.number(), scenarios: z.array(scenarioSchema) }),
});

export const runRehearsal = declareRoute({
  method: 'post',
  path: '/plans/{plan}/rehearsals',
  permission: 'respond',
  scope: 'plan',
  summary: 'Play a scenario against the plan, or against the files given; nothing is sent to anybody.',
  params: planParameter,
  body: z
    .object({
      scenario: fileSchema,
      /** Of the plan; those of the version in force when absent. */
      files: z.array(fileSchema).min(1).max(64).optional(),
    })
    .strict()
    .meta({ id: 'RehearsalRequest' }),
  answer: rehearsalMessageSchema,
  stream: 'application/x-ndjson',
});

export type RecordingAnswer = z.infer<typeof recordingSchema>;
export type RehearsalResult = z.infer<typeof rehearsalResultSchema>;
export type RehearsalMessage = z.infer<typeof rehearsalMessageSchema>;
export type RehearsalRequest = z.output<typeof runRehearsal.body>;
export type ScenariosAnswer = z.infer<typeof listScenarios.answer>;
