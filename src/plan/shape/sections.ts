import { z } from 'zod';

/**
 * The shapes of a plan's sections. The same schemas check a plan and make the JSON Schema for editors. They say what is text, a list or a
 * map; what a sentence means is the grammar's.
 */

/** A name is an identity: letters, digits, `-` and `_`, at most 64. */
export const NAME_PATTERN: RegExp = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

const wants = (what: string): { error: () => string } => ({ error: () => what });

const sentence = z.union([z.string(), z.number(), z.boolean()], wants('a sentence'));
const name = z.string().regex(NAME_PATTERN, wants('a name'));
const sentences = z.union([sentence, z.array(sentence)], wants('a sentence or a list of sentences'));
const byPhase = z.union(
  [sentence, z.record(z.string(), sentence)],
  wants('a sentence, or a map from phases to sentences'),
);
const names = <Value extends z.ZodType>(value: Value) => z.record(name, value);
const yesOrNo = z.union([z.boolean(), z.enum(['true', 'false'])], wants('`true` or `false`'));
const nothing = z.null();
const table = z.string(wants('a table in a text block (`|`)'));

const person = z.union(
  [
    z.strictObject({
      email: sentence.optional().meta({ description: 'Mail address.' }),
      phone: sentence.optional().meta({ description: 'Number with +, or `secret NAME`.' }),
      order: sentences.optional().meta({ description: 'Channels in the order in which this person is reached.' }),
      title: sentence.optional(),
      timezone: sentence.optional(),
    }),
    nothing,
  ],
  wants('a map of email, phone and order'),
);

const phase = z.union(
  [
    sentence,
    z.strictObject({
      span: sentence,
      length: sentence.optional(),
      severities: sentence.optional(),
      ends: sentence.optional(),
    }),
  ],
  wants('a span, or a map with `span`'),
);

const channel = z.record(z.string(), sentence);

const severity = z.strictObject({
  also: sentence.optional(),
  means: sentences.optional(),
  notify: sentences.optional(),
  respond: sentence.optional(),
  team: sentences.optional(),
  escalation: sentence.optional(),
  resolve: sentence.optional(),
  update: sentence.optional(),
  review: sentence.optional(),
  watch: sentence.optional(),
  steps: z.array(z.unknown()).optional(),
  ticket: sentence.optional(),
  opens: sentence.optional(),
});

const service = z.union(
  [
    z.strictObject({
      importance: z.enum(['critical', 'important', 'minor'], wants('`critical`, `important` or `minor`')).optional(),
      needs: sentences.optional(),
      means: sentence.optional(),
    }),
    nothing,
  ],
  wants('a map of importance and needs'),
);

const objective = z.union(
  [
    sentence,
    z.strictObject({
      bands: byPhase,
      owner: sentence.optional(),
      advice: sentence.optional(),
      per: sentence.optional(),
    }),
    z.record(z.string(), sentence),
  ],
  wants('bands, a table, or a map with `bands`'),
);

const rule = z.strictObject({
  when: byPhase,
  severity: byPhase,
  notify: sentences.optional(),
  runbook: sentence.optional(),
  service: sentence.optional(),
  until: byPhase.optional(),
  unless: sentence.optional(),
  only: sentence.optional(),
  during: sentence.optional(),
  action: sentence.optional(),
  enabled: yesOrNo.optional(),
});

const items = z.array(z.union([sentence, z.record(z.string(), sentence)], wants('an item')), wants('a list of items'));

const onCall = z.strictObject({
  table,
  // biome-ignore lint/suspicious/noThenProperty: the language's own word; the schema's shape is never awaited.
  then: z.enum(['repeat', 'stop'], wants('`repeat` or `stop`')),
  anchor: sentence.optional(),
  handover: sentence.optional(),
  notes: sentence.optional(),
});

const probe = z.strictObject({
  check: sentence,
  every: byPhase,
  'while-failing': sentence.optional(),
  timeout: sentence.optional(),
  expect: sentences.optional(),
});

const gate = z.strictObject({
  covers: sentence.optional(),
  criteria: items,
  detectors: sentence.optional(),
  approve: z.union([sentence, z.array(sentence), z.record(z.string(), sentences)]).optional(),
  waive: sentences.optional(),
  moves: sentence.optional(),
});

const funnel = z.strictObject({
  by: sentence,
  within: sentence,
  order: z.enum(['strict', 'any'], wants('`strict` or `any`')).optional(),
  steps: table,
});

const action = z.strictObject({
  run: sentence.optional(),
  post: sentence.optional(),
  publish: sentence.optional(),
  confirm: sentences.optional(),
  cooldown: sentence.optional(),
  'at-most': sentence.optional(),
  verify: sentence.optional(),
});

const anything = z.unknown();

/** Every section of the language by its name. */
export const sectionSchemas: Readonly<Record<string, z.ZodType>> = {
  plan: name.meta({ description: 'The name of the plan: its identity.' }),
  title: sentence.meta({ description: 'The plan as people call it.' }),
  lead: sentence.meta({ description: 'Who answers for the plan.' }),
  timezone: sentence.meta({ description: 'IANA time zone; every local time of the plan is in it.' }),
  launch: sentence.meta({ description: 'T+0: a local time, an instant with an offset, or `on command`.' }),
  phases: names(phase).meta({ description: 'The main line of phases, in order.' }),
  layers: names(names(phase)),
  hours: names(sentence),
  baselines: names(sentence),
  blocks: names(sentence),
  people: names(person),
  roles: names(sentences),
  oncall: names(onCall),
  escalation: names(
    z.union([z.array(sentence), z.string(), z.record(z.string(), anything)], wants('a list of steps or a table')),
  ),
  services: names(service),
  sources: names(sentence).meta({ description: 'Named sets of events.' }),
  funnels: names(funnel),
  retention: z.record(z.string(), anything),
  signals: names(sentence).meta({
    description: 'Named measures: `share(requests where status >= 500) over 5m, at least 20`.',
  }),
  objectives: names(objective).meta({ description: 'Bands of signals: target, warning, critical.' }),
  severities: names(severity).meta({ description: 'Most severe first.' }),
  channels: names(channel),
  rules: names(rule).meta({ description: 'Conditions that make alerts.' }),
  runbooks: names(z.record(z.string(), anything)),
  actions: names(action),
  probes: names(probe),
  heartbeats: names(z.strictObject({ every: byPhase, grace: sentence.optional() })),
  checklists: names(z.record(z.string(), z.union([sentence, items, nothing], wants('a sentence or a list of items')))),
  reports: names(z.record(z.string(), anything)),
  gates: names(gate),
  dashboards: names(z.union([sentence, z.array(anything)])),
  statuspage: z.record(z.string(), anything),
  support: z.record(z.string(), anything),
  surveys: names(z.record(z.string(), anything)),
  triage: z.record(z.string(), anything),
  costs: names(z.record(z.string(), anything)),
  searches: names(sentence),
};

/** A whole plan, in one file; all but its name is optional. */
export const planSchema: z.ZodType = z.strictObject(
  Object.fromEntries(
    Object.entries(sectionSchemas).map(([section, schema]) => [
      section,
      section === 'plan' ? schema : schema.optional(),
    ]),
  ),
);

/** Sections that are executed; the others are parsed and named by `check`. */
export const EXECUTED_SECTIONS: ReadonlySet<string> = new Set([
  'plan',
  'title',
  'lead',
  'timezone',
  'launch',
  'phases',
  'people',
  'roles',
  'channels',
  'severities',
  'services',
  'sources',
  'signals',
  'objectives',
  'rules',
]);
