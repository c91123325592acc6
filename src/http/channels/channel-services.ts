import { channelCatalogue, findChannel } from '#channels/catalogue.ts';
import type { ChannelSpec } from '#channels/channel.ts';
import type { ChannelAnswer } from '#contract/channels.ts';
import { addressesOf, channelSubject } from '#engine/channel-tests.ts';
import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { ChannelBinding } from '#plan/people.ts';
import { requirePlan } from '../known-plan.ts';
import type { ResolveSecret } from '../missing-secrets.ts';
import { TooManyRequests } from '../too-many-requests.ts';
import type { ChannelServices } from './services.ts';

type Last = Pick<ChannelAnswer, 'lastAccepted' | 'lastFailed' | 'lastTest'>;
type Repositories = Pick<Core['repositories'], 'listDeliveries' | 'listFacts'>;

/** Channels as people set them up and try them out. */
export function createChannelServices(
  core: Pick<Core, 'plans' | 'lastWorld' | 'testChannel'> & { readonly repositories: Repositories },
  clock: Clock,
  resolveSecret: ResolveSecret,
): ChannelServices {
  function planOf(name: string): CompiledPlan {
    requirePlan(core, name);
    const world = core.lastWorld(name);
    if (world === undefined) throw new WatchbillError('not-ready', `The plan ${name} has not been taken up yet.`, name);
    return world.plan;
  }

  /** The journal holds every test, so the count survives a restart. */
  async function refuseTooMany(plan: string, channel: string): Promise<void> {
    const subject = channelSubject(channel);
    const tests = await core.repositories.listFacts({ plan, subject, limit: limits.channelTests, from: 'latest' });
    const [first] = tests;
    if (tests.length < limits.channelTests || first === undefined) return;
    const waitMs = first.at + limits.channelTestsWithinMs - clock.now();
    if (waitMs > 0) throw new TooManyRequests(`The channel ${channel} was tested often just now.`, waitMs);
  }

  async function test(...[planName, channel, recipient, actor]: Parameters<ChannelServices['test']>) {
    requirePlan(core, planName);
    await refuseTooMany(planName, channel);
    const wanted = { channel, ...(recipient === undefined ? {} : { recipient }) };
    return { ...(await core.testChannel(planName, wanted, actor.name)) };
  }

  return {
    async list(name) {
      const plan = planOf(name);
      const bindings: readonly (readonly [ChannelSpec, ChannelBinding | undefined])[] = [
        ...Object.values(channelCatalogue).flatMap(({ spec }) => (spec.builtIn ? [[spec, undefined] as const] : [])),
        ...plan.channels.flatMap((binding) => {
          const spec = findChannel(binding.kind)?.spec;
          return spec === undefined ? [] : [[spec, binding] as const];
        }),
      ];
      return Promise.all(
        bindings.map(async ([spec, binding]) => {
          const channel = binding?.name ?? spec.kind;
          const [settings, last] = await Promise.all([
            settingsOf(spec, binding, resolveSecret),
            lastOf(core.repositories, name, channel),
          ]);
          return describe(plan, spec, binding, settings, last);
        }),
      );
    },
    test,
    async testToSelf(planName, channel, actor) {
      const person = personWith(planOf(planName), actor.email);
      if (person === undefined) {
        const message = `Nobody of the plan ${planName} has your mail address.`;
        throw new WatchbillError('not-found', message, 'people');
      }
      return test(planName, channel, person.name, actor);
    },
    personsOf: (email) =>
      core.plans().flatMap((name) => {
        const plan = core.lastWorld(name)?.plan;
        const person = plan === undefined ? undefined : personWith(plan, email);
        return person === undefined ? [] : [{ plan: name, person: person.name }];
      }),
  };
}

function personWith(plan: CompiledPlan, email: string | undefined): CompiledPlan['people'][number] | undefined {
  const wanted = email?.toLowerCase();
  return plan.people.find((person) => wanted !== undefined && person.email?.toLowerCase() === wanted);
}

function describe(
  plan: CompiledPlan,
  spec: ChannelSpec,
  binding: ChannelBinding | undefined,
  settings: ChannelAnswer['settings'],
  last: Last,
): ChannelAnswer {
  const { persons, addresses, placeField } = spec.reaches;
  const placed = addresses === 'places' ? binding?.settings[placeField ?? ''] !== undefined : addresses !== undefined;
  const channel = binding?.name ?? spec.kind;
  return {
    channel,
    kind: spec.kind,
    title: spec.title,
    summary: spec.summary,
    origin: binding === undefined ? 'built-in' : binding.implied === true ? 'installation' : 'plan',
    settings,
    ready: settings.every(({ secret }) => secret?.set !== false),
    persons: plan.people
      .filter((person) => persons !== undefined && person[persons] !== undefined)
      .map((person) => person.name),
    addresses: [...addressesOf(plan, channel)],
    needsRecipient: !placed,
    ...last,
  };
}

async function settingsOf(
  spec: ChannelSpec,
  binding: ChannelBinding | undefined,
  resolveSecret: ResolveSecret,
): Promise<ChannelAnswer['settings']> {
  if (binding === undefined) return [];
  return Promise.all(
    spec.fields.map(async ({ name, help, required }) => {
      const value = binding.settings[name];
      if (value === undefined) return { name, help, required };
      if ('literal' in value) return { name, help, required, value: String(value.literal) };
      const set = (await resolveSecret(value.secret)) !== undefined;
      return { name, help, required, secret: { name: value.secret, set } };
    }),
  );
}

async function lastOf(repositories: Repositories, plan: string, channel: string): Promise<Last> {
  const [accepted, failed, tests] = await Promise.all([
    repositories.listDeliveries({ plan, channel, states: ['accepted', 'delivered'], limit: 1 }),
    repositories.listDeliveries({ plan, channel, states: ['failed', 'retry_at'], limit: 1 }),
    repositories.listFacts({ plan, subject: channelSubject(channel), limit: 1, from: 'latest' }),
  ]);
  const [test] = tests;
  return {
    ...delivery('lastAccepted', accepted[0]),
    ...delivery('lastFailed', failed[0]),
    ...(test === undefined ? {} : { lastTest: testOf(test) }),
  };
}

type Delivery = Awaited<ReturnType<Repositories['listDeliveries']>>[number];

function delivery<Name extends string>(
  name: Name,
  found: Delivery | undefined,
): { readonly [key in Name]?: NonNullable<ChannelAnswer['lastAccepted']> } {
  if (found === undefined) return {};
  const { identity, settledAt, createdAt, problem } = found;
  return {
    [name]: {
      at: formatInstant(settledAt ?? createdAt),
      recipient: identity.recipient,
      alert: identity.episode,
      ...(problem === undefined ? {} : { problem }),
    },
  } as { readonly [key in Name]: NonNullable<ChannelAnswer['lastAccepted']> };
}

function testOf(fact: Awaited<ReturnType<Repositories['listFacts']>>[number]): NonNullable<ChannelAnswer['lastTest']> {
  const { accepted, recipient, receipt, problem, by } = fact.body as Record<string, unknown>;
  return {
    at: formatInstant(fact.at),
    by: String(by),
    accepted: accepted === true,
    reason: fact.reason,
    recipient: String(recipient),
    ...(typeof receipt === 'string' ? { receipt } : {}),
    ...(typeof problem === 'string' ? { problem } : {}),
  };
}
