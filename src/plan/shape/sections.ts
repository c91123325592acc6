import { z } from 'zod';

/**
 * The shapes of a plan's sections. The same schemas check a plan and make the JSON Schema for editors. They say what is text, a list or a
 * map; what a sentence means is the grammar's.
 */

/** A name is an identity: letters, digits, `-` and `_`, at most 64. */
export const NAME_PATTERN: RegExp = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** What an editor shows of a key. */
const about = <Schema extends z.ZodType>(schema: Schema, description: string): Schema => schema.meta({ description });

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
      email: about(sentence.optional(), 'Mail address.'),
      phone: about(sentence.optional(), 'Number with +, or `secret NAME`.'),
      telegram: about(sentence.optional(), "Number of the chat with the plan's bot, or `secret NAME`."),
      ntfy: about(sentence.optional(), 'Topic of ntfy, or `secret NAME`.'),
      order: about(sentences.optional(), 'Channels by which this person is told where a line names none.'),
      title: about(sentence.optional(), 'What this person is in the team.'),
      timezone: about(sentence.optional(), 'IANA time zone of this person.'),
    }),
    nothing,
  ],
  wants('a map of email, phone, telegram, ntfy and order'),
);

const phase = z.union(
  [
    sentence,
    z.strictObject({
      span: about(sentence, 'From when to when: `T+0 .. T+24h`, `days 1 to 3`, `from T+24h`.'),
      length: about(sentence.optional(), 'How long the span is meant to be; held against it.'),
      severities: about(sentence.optional(), 'Whether severities are lower in this phase.'),
      ends: about(sentence.optional(), 'What ends the phase.'),
    }),
  ],
  wants('a span, or a map with `span`'),
);

const channel = z.record(z.string(), sentence);

const severity = z.strictObject({
  also: about(sentence.optional(), 'A second name that rules may use.'),
  means: about(sentences.optional(), 'What belongs to this severity, for readers.'),
  notify: about(sentences.optional(), 'Who is told: persons and roles with their channels, or addresses.'),
  respond: about(sentence.optional(), 'How soon somebody has to answer.'),
  team: about(sentences.optional(), 'Who works on it.'),
  escalation: about(sentence.optional(), 'The escalation policy.'),
  resolve: about(sentence.optional(), 'How soon it has to be over.'),
  update: about(sentence.optional(), 'How often people are told how it stands.'),
  review: about(sentence.optional(), 'When the review is due.'),
  watch: about(sentence.optional(), 'How long it is watched afterwards.'),
  steps: about(z.array(z.unknown()).optional(), 'Steps of working on it.'),
  ticket: about(sentence.optional(), 'The tracker in which a ticket is made.'),
  opens: about(sentence.optional(), 'What is opened for it.'),
});

const service = z.union(
  [
    z.strictObject({
      importance: about(
        z.enum(['critical', 'important', 'minor'], wants('`critical`, `important` or `minor`')).optional(),
        'How much depends on it.',
      ),
      needs: about(
        sentences.optional(),
        'The services that it does not work without: while one of them is down, nothing is sent for rules of this one.',
      ),
      down: about(
        sentences.optional(),
        'The rules that fire when it is down. Without it: those of this service that read only its probes of reachability; `[]` for none.',
      ),
      means: about(sentence.optional(), 'What it is, for readers.'),
    }),
    nothing,
  ],
  wants('a map of importance, needs and down'),
);

const objective = z.union(
  [
    sentence,
    z.strictObject({
      bands: about(byPhase, 'Target, warning and critical, in one sentence or one for each phase.'),
      owner: about(sentence.optional(), 'Who answers for the figure.'),
      advice: about(sentence.optional(), 'What to do when it misses its target.'),
      per: about(sentence.optional(), 'The period that the figure is judged over.'),
    }),
    z.record(z.string(), sentence),
  ],
  wants('bands, a table, or a map with `bands`'),
);

const rule = z.strictObject({
  when: about(byPhase, 'The condition: `error_rate > 5% for 5m`.'),
  severity: about(byPhase, 'One of `severities`, or `none`.'),
  notify: about(sentences.optional(), 'Who is told, instead of those of the severity.'),
  runbook: about(sentence.optional(), 'One of `runbooks`, or a URL; it stands in the message.'),
  service: about(sentence.optional(), 'The service that it is about.'),
  until: about(byPhase.optional(), 'Once it fires, it resolves when this holds. Without it: after 2 minutes false.'),
  unless: about(sentence.optional(), 'While that rule fires, nothing is sent for this one.'),
  only: about(sentence.optional(), 'The hours in which it tells.'),
  during: about(sentence.optional(), 'The phase in which it is judged.'),
  action: about(sentence.optional(), 'What is done when it fires.'),
  enabled: about(yesOrNo.optional(), '`false` rests it.'),
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
  check: about(
    sentence,
    'What is done: `GET URL`, `HEAD URL`, `POST URL`, `tcp HOST:PORT`, `tls HOST:PORT`, `dns TXT DOMAIN`, `query DATABASE "select …"`.',
  ),
  every: about(byPhase.optional(), 'How often, from `1s` to `31d`; may differ by phase. Without it: `1m`.'),
  'while-failing': about(sentence.optional(), 'How often from a failure until it passes again.'),
  timeout: about(
    sentence.optional(),
    'How long a check may take; not longer than `every`. Without it: `10s`, or the shortest interval.',
  ),
  expect: about(
    sentences.optional(),
    'What the answer has to satisfy: `status = 200`, `time < 2s`, `body contains "ok"`, `json.database = "up"`, `days_left > 14`, `rows = 0`.',
  ),
  service: about(sentence.optional(), 'The service that it looks at.'),
  agree: about(
    sentence.optional(),
    'How many places have to find a failure: `2`. Without it: at least half of those that look.',
  ),
  headers: about(z.record(z.string(), sentence).optional(), 'Headers of the request, each a value or `secret NAME`.'),
  body: about(
    z.unknown().optional(),
    'What a `POST` sends: text, or a map or list, which is sent as JSON; `<run>` in it is a fresh id of each look.',
  ),
  confirm: about(
    z
      .strictObject({
        event: about(sentence.optional(), 'The name of the events that confirm.'),
        source: about(sentence.optional(), 'One of `sources` instead, with its `where`.'),
        field: about(sentence, 'The field of the event that holds the id that was sent for `<run>`.'),
        within: about(
          sentence,
          'How long it may take from the beginning of the look; not longer than `every`, at most `1h`.',
        ),
      })
      .optional(),
    'The event that has to come before a look has passed: that what was sent has arrived.',
  ),
  parts: about(
    z.record(z.string(), sentence).optional(),
    'Services whose state a JSON answer names, each with its field: `database: json.checks.database`.',
  ),
});

const heartbeat = z.strictObject({
  every: about(sentence, 'How often it is expected: `1h`, or `cron "0 3 * * *"` in the zone of the plan.'),
  grace: about(
    sentence.optional(),
    'How much later it may come. Without it: a tenth of the interval, from `1m` to `1h`; `10m` for `cron`.',
  ),
  longest: about(sentence.optional(), 'How long a run may take that says when it starts.'),
  service: about(sentence.optional(), 'The service that it belongs to.'),
});

const database = z.strictObject({
  url: about(sentence, 'Where it is, with its credentials: `secret NAME`, whose value is `postgres://…`.'),
});

const maintenance = z.strictObject({
  span: about(sentence, 'When: `sundays 02:00 .. 04:00`, or `2026-01-21 02:00 .. 2026-01-21 04:00`.'),
  of: about(sentences, 'The services and probes whose availability does not count then.'),
});

const assessment = z.strictObject({
  of: about(
    sentences,
    'The checks that have to find nothing: probes, parts of them (`health.database`), heartbeats, rules, reviews and comparisons.',
  ),
  during: about(sentences.optional(), 'The phases that have a verdict each. Without it: every phase.'),
});

const review = z.strictObject({
  of: about(sentence, 'The source of events of which samples are looked at.'),
  first: about(sentence, 'How many of the first events: `20`, or `5 per day`.'),
  during: about(sentences.optional(), 'The phases whose events are chosen from. Without it: from T+0 on.'),
  show: about(
    sentences.optional(),
    'The fields that are shown; the first names the sample in messages. Without it: all.',
  ),
  ask: about(sentence.optional(), 'The question to whoever judges.'),
  by: about(sentence, 'The person or role who is asked.'),
  service: about(sentence.optional(), 'The service that the samples belong to.'),
});

const comparison = z.strictObject({
  of: about(sentence, 'The source of events that the list is held against.'),
  key: about(sentence, 'The field of the events, and the column of the list, that names a row.'),
  fields: about(sentences.optional(), 'The fields and columns that have to be equal. Without it only the keys are.'),
  during: about(sentences.optional(), 'The phases whose events are compared. Without it: from T+0 on.'),
  by: about(sentence, 'The person or role who has the list.'),
  service: about(sentence.optional(), 'The service that the list is about.'),
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

const scrape = z.strictObject({
  target: about(sentence, 'The http or https address that answers with metrics: `http://10.0.0.5:9100/metrics`.'),
  every: about(byPhase.optional(), 'How often, from `1s` to `1h`; may differ by phase. Without it: `15s`.'),
  timeout: about(
    sentence.optional(),
    'How long the target may take; not longer than `every`. Without it: `10s`, or `every` if that is shorter.',
  ),
  labels: about(z.record(z.string(), sentence).optional(), 'Labels that every series of the target gets.'),
  keep: about(sentences.optional(), 'Names of metrics to take, with `*` for any letters; all without it.'),
  drop: about(sentences.optional(), 'Names of metrics to leave out, with `*` for any letters.'),
  token: about(sentence.optional(), 'The bearer token that the target asks for: `secret NAME`.'),
});

const webhook = z.strictObject({
  kind: about(
    sentence.optional(),
    'Who posts: `stripe`, `github`, `vercel` or `json`. Not needed where the name says it.',
  ),
  secret: about(sentence.optional(), 'The signing secret: `secret NAME`.'),
  service: about(sentence.optional(), 'The service that its deployments are of.'),
  workflow: about(sentence.optional(), 'The workflow whose successful runs are deployments.'),
  signature: about(
    sentence.optional(),
    'How a JSON body is signed: `hmac-sha256 in x-signature`, `hmac-sha1 in …`, or `standard-webhooks`.',
  ),
  token: about(
    sentence.optional(),
    'For senders that cannot sign, `secret NAME`: what they send as `Authorization: Bearer`.',
  ),
  event: about(sentence.optional(), 'The name of its events.'),
  id: about(sentence.optional(), 'Where the id of an event stands: `data.id`, or `header x-event-id`.'),
  time: about(sentence.optional(), 'Where its time stands: ISO 8601, or seconds or milliseconds since 1970.'),
  user: about(sentence.optional(), 'Where its user stands.'),
  duration: about(sentence.optional(), 'Where its duration stands, in milliseconds.'),
  value: about(sentence.optional(), 'Where its value stands.'),
  fields: about(z.record(z.string(), sentence).optional(), 'The attributes, each with where it stands.'),
});

const rates = {
  alerts: about(sentence.optional(), 'Alerts a second: `10/s`.'),
  events: about(sentence.optional(), 'Events a second: `5000/s`.'),
  samples: about(sentence.optional(), 'Samples a second: `50k/s`.'),
  logs: about(sentence.optional(), 'Logs a second: `2000/s`.'),
};
const traffic = z.strictObject({
  ...rates,
  'each-key': about(
    z.strictObject(rates).optional(),
    'The same for each key; without it a key may send 80% of the plan.',
  ),
});

const scrub = z.strictObject({
  drop: about(sentences.optional(), 'Fields that are left out.'),
  hash: about(sentences.optional(), 'Fields whose value becomes a keyed hash; equal values stay equal.'),
  keep: about(
    z.record(z.string(), sentence).optional(),
    'Fields that are kept as they are sent, each with the reason why that is right.',
  ),
  user: about(
    z.enum(['kept', 'hashed'], wants('`kept` or `hashed`')).optional(),
    'Whether users are kept by their names or as keyed hashes, which can be counted as well.',
  ),
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
  layers: about(names(names(phase)), 'Other lines of phases beside the main one.'),
  hours: about(names(sentence), 'Named hours of the day.'),
  baselines: about(names(sentence), 'Named times that figures are compared with.'),
  blocks: about(names(sentence), 'Hours with the figures expected in them.'),
  people: about(names(person), 'Who there is, with their addresses.'),
  roles: about(names(sentences), 'Names for one or several people.'),
  oncall: about(names(onCall), 'Schedules: who is on duty when.'),
  escalation: about(
    names(
      z.union([z.array(sentence), z.string(), z.record(z.string(), anything)], wants('a list of steps or a table')),
    ),
    'Who is told next when nobody answers.',
  ),
  services: about(names(service), 'What the product is made of.'),
  webhooks: about(names(webhook), 'Other systems that post what happens with them, such as Stripe and GitHub.'),
  sources: names(sentence).meta({ description: 'Named sets of events.' }),
  scrapes: about(names(scrape), 'Targets whose metrics Watchbill fetches, as Prometheus does.'),
  limits: about(traffic, 'How much senders may send; more is refused with 429.'),
  scrub: about(scrub, 'Changes to the list of what is taken out of the data before they are kept.'),
  funnels: about(names(funnel), 'Steps that users go through.'),
  retention: about(z.record(z.string(), anything), 'How many users come back.'),
  signals: names(sentence).meta({
    description: 'Named measures: `share(requests where status >= 500) over 5m, at least 20`.',
  }),
  objectives: names(objective).meta({ description: 'Bands of signals: target, warning, critical.' }),
  severities: about(
    names(severity),
    'How bad something is, most severe first: who is told, and how soon somebody answers.',
  ),
  channels: about(names(channel), 'Bindings to other systems. The inbox `app` is always there.'),
  rules: names(rule).meta({ description: 'Conditions that make alerts.' }),
  runbooks: about(names(z.record(z.string(), anything)), 'What to do, step by step.'),
  actions: about(names(action), 'What may be done at the press of a button.'),
  probes: about(names(probe), 'Checks that Watchbill makes.'),
  heartbeats: about(names(heartbeat), 'Check-ins that are expected.'),
  databases: about(names(database), 'Databases that `query` checks read.'),
  reviews: about(names(review), 'Samples of events that people judge.'),
  comparisons: about(names(comparison), 'Lists that people keep by hand, held against events.'),
  maintenance: about(names(maintenance), 'Time that counts neither for nor against availability.'),
  assessments: about(names(assessment), 'Verdicts over whole phases: whether checks found nothing in them.'),
  checklists: about(
    names(z.record(z.string(), z.union([sentence, items, nothing], wants('a sentence or a list of items')))),
    'Recurring work of people.',
  ),
  reports: about(names(z.record(z.string(), anything)), 'Figures against targets, on a schedule.'),
  gates: about(names(gate), 'What has to hold before a phase begins.'),
  dashboards: about(names(z.union([sentence, z.array(anything)])), 'Figures on one page.'),
  statuspage: about(z.record(z.string(), anything), 'What the public sees.'),
  support: about(z.record(z.string(), anything), 'Tickets and what is promised for them.'),
  surveys: about(names(z.record(z.string(), anything)), 'What users are asked.'),
  triage: about(z.record(z.string(), anything), 'How bugs and requests are sorted.'),
  costs: about(names(z.record(z.string(), anything)), 'What it costs.'),
  searches: about(names(sentence), 'Named searches in events: `logs where level = "error"`.'),
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
  'webhooks',
  'sources',
  'scrapes',
  'limits',
  'scrub',
  'signals',
  'objectives',
  'rules',
  'searches',
  'probes',
  'heartbeats',
  'databases',
  'maintenance',
  'reviews',
  'comparisons',
  'assessments',
]);
