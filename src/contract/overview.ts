import { z } from 'zod';
import { figureStateSchema } from './live.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

/** A comparison of a figure, in base units, with the words for it. `between` has `low` and `high`, every other operator `value`. */
export const bandTestSchema = z
  .object({
    operator: z.enum(['<', '<=', '>', '>=', '=', '!=', 'between']),
    value: z.number().optional(),
    low: z.number().optional(),
    high: z.number().optional(),
    /** As people read it, such as `< 0.5%` or `between 2 and 5`. */
    shown: z.string(),
  })
  .meta({ id: 'BandTest' });

export const bandsSchema = z
  .object({
    /** `unset`: the author knows that there is none. */
    target: z.union([bandTestSchema, z.literal('unset')]).optional(),
    warning: bandTestSchema.optional(),
    critical: bandTestSchema.optional(),
  })
  .meta({ id: 'Bands' });

export const phaseSchema = z
  .object({
    name: z.string(),
    /** Absent until T+0 is known. */
    from: z.string().optional(),
    /** Absent for a phase without an end. Half open: it is over at this instant. */
    to: z.string().optional(),
  })
  .meta({ id: 'Phase' });

export const objectiveSchema = z
  .object({
    signal: z.string(),
    owner: z.string().optional(),
    advice: z.string().optional(),
    /** Those of the phase in force; absent when the objective sleeps in it. */
    bands: bandsSchema.optional(),
    /** Where a good figure lies; absent when the bands do not say. */
    direction: z.enum(['lower', 'higher', 'within']).optional(),
  })
  .meta({ id: 'Objective' });

export const signalSchema = z
  .object({
    name: z.string(),
    /** As written in the plan. */
    text: z.string(),
    /** What `value` is in: `fraction`, `ms`, `bytes`, `per-second`, `count`, or a word of the plan's. */
    baseUnit: z.string(),
    /** What it is shown in: `%`, `ms`, `/min`, `$`. */
    unit: z.string(),
    by: z.array(z.string()),
    /** Sample size below which it is not judged; 0 when every size will do. */
    atLeast: z.number(),
    /** Its samples are minutes of known time. */
    ofTime: z.literal(true).optional(),
    /** It is only a part of others and has no reading of its own. */
    stream: z.boolean(),
    hasObjective: z.boolean(),
    /** Of two values the worse, by its objective, else by the rules that read it, else by what it counts; absent when none of them says. */
    worse: z.enum(['higher', 'lower']).optional(),
    /** Names of the rules that read it. */
    rules: z.array(z.string()),
  })
  .meta({ id: 'Signal' });

export const ruleSchema = z
  .object({
    name: z.string(),
    /** As written in the plan. */
    text: z.string(),
    /** The one in force; absent when the rule sleeps in this phase. */
    severity: z.string().optional(),
    service: z.string().optional(),
    runbook: z.string().optional(),
    enabled: z.boolean(),
    /** Rules on one signal in one direction: only the most severe that fires notifies. */
    family: z.string().optional(),
    by: z.array(z.string()),
    signals: z.array(z.string()),
    /** The rule whose alert silences this one. */
    unless: z.string().optional(),
    /** What its service needs, the nearest first: while one of these is down, nothing is sent for it. */
    needs: z.array(z.string()).optional(),
  })
  .meta({ id: 'Rule' });

/** What a plan says, as far as it is no secret: what the live stream's figures and alerts are to be read by. */
export const overviewSchema = z
  .object({
    plan: z.string(),
    title: z.string(),
    timezone: z.string(),
    version: z.number(),
    at: z.string(),
    launch: z.object({
      /** `given`: the plan's text says when. `launched`: a command did. `awaited`: a command has to. */
      state: z.enum(['given', 'launched', 'awaited']),
      /** T+0; absent while it is awaited. */
      at: z.string().optional(),
    }),
    /** In order. */
    phases: z.array(phaseSchema),
    /** Name of the phase in force. */
    phase: z.string().optional(),
    services: z.array(
      z.object({
        name: z.string(),
        importance: z.enum(['critical', 'important', 'minor']).optional(),
        needs: z.array(z.string()),
        /** Rules whose open alert means that it is down; absent when there is none. */
        down: z.array(z.string()).optional(),
      }),
    ),
    objectives: z.array(objectiveSchema),
    signals: z.array(signalSchema),
    rules: z.array(ruleSchema),
    people: z.array(
      z.object({
        name: z.string(),
        roles: z.array(z.string()),
        /** Set for whoever asks: their account's e-mail address is the person's. The addresses themselves are not told. */
        you: z.literal(true).optional(),
      }),
    ),
    roles: z.array(z.object({ name: z.string(), people: z.array(z.string()) })),
    channels: z.array(z.object({ name: z.string(), kind: z.string() })),
    /** Most severe first. */
    severities: z.array(
      z.object({
        name: z.string(),
        also: z.string().optional(),
        means: z.array(z.string()),
        respondMs: z.number().optional(),
      }),
    ),
  })
  .meta({ id: 'Overview' });

export const planSummarySchema = z
  .object({
    plan: z.string(),
    title: z.string(),
    version: z.number(),
    phase: z.string().optional(),
    /** T+0, when it is known. */
    launchedAt: z.string().optional(),
    /** False while nothing of it is judged: another server holds it, or it could not be loaded. */
    running: z.boolean(),
    /** Figures by state; states without a figure are left out. */
    figures: z.partialRecord(figureStateSchema, z.number()),
    /** Alerts that fire or are resolving, by severity; most severe first, only those that there are. */
    alerts: z.array(z.object({ severity: z.string(), open: z.number() })),
    /** The worst state of a figure that is held against bands; absent when there is none. */
    worst: figureStateSchema.optional(),
  })
  .meta({ id: 'PlanSummary' });

export const listPlans = declareRoute({
  method: 'get',
  path: '/plans',
  permission: 'read',
  scope: 'self',
  summary: 'The plans that the caller may read, with how they stand in a few numbers.',
  answer: z.array(planSummarySchema),
});

export const getOverview = declareRoute({
  method: 'get',
  path: '/plans/{plan}/overview',
  permission: 'read',
  scope: 'plan',
  summary:
    'What the plan says: phases as instants, signals, objectives with the bands in force, rules, people by name. No addresses.',
  params: planParameter,
  answer: overviewSchema,
});

export type BandTestAnswer = z.infer<typeof bandTestSchema>;
export type BandsAnswer = z.infer<typeof bandsSchema>;
export type PhaseAnswer = z.infer<typeof phaseSchema>;
export type ObjectiveAnswer = z.infer<typeof objectiveSchema>;
export type SignalAnswer = z.infer<typeof signalSchema>;
export type RuleAnswer = z.infer<typeof ruleSchema>;
export type OverviewAnswer = z.infer<typeof overviewSchema>;
export type PlanSummaryAnswer = z.infer<typeof planSummarySchema>;
