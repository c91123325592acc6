import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { ok } from '#kernel/result.ts';
import type { Decoded } from './decoding.ts';
import type { VolatileDisk } from './spool/volatile-disk.ts';
import { ingestKey, settle, startIntake, T0, type TestIntake } from './test-support.ts';
import { deploymentRecords, type SeenVersion, ServiceVersions } from './versions.ts';

function seen(version: string, changes: Partial<SeenVersion> = {}): SeenVersion {
  return { service: 'api', version, environment: 'production', at: T0, origin: 'opentelemetry', ...changes };
}

/** Notices and keeps; gives what was deployed. */
function tell(versions: ServiceVersions, one: SeenVersion, now = T0): readonly string[] {
  const deployments = versions.notice([one], now);
  versions.settle([one], now, true);
  return deployments.map(({ previous, version }) => `${previous} -> ${version}`);
}

test('half a character in a name is a deployment as any other', () => {
  const deployment = { ...seen('2\ud800', { service: '\udfff' }), previous: '1' };
  const context = { receivedAt: T0, fieldTypes: new Map(), makeId: () => 'id' };
  expect(deploymentRecords([deployment], context).records).toMatchObject([{ attributes: { version: '2\ud800' } }]);
});

describe('versions', () => {
  test('the first of a service is no deployment, the next one is', () => {
    const versions = new ServiceVersions();
    expect(tell(versions, seen('1'))).toEqual([]);
    expect(tell(versions, seen('1'))).toEqual([]);
    expect(tell(versions, seen('2'))).toEqual(['1 -> 2']);
    expect(tell(versions, seen('1', { service: 'web' }))).toEqual([]);
    expect(tell(versions, seen('1', { environment: 'staging' }))).toEqual([]);
    expect(tell(versions, seen('1', { environment: undefined }))).toEqual([]);
  });

  test('two that speak by turns are one deployment', () => {
    const versions = new ServiceVersions();
    const told = ['1', '2', '1', '2', '1', '2', '2'].flatMap((version) => tell(versions, seen(version)));
    expect(told).toEqual(['1 -> 2']);
  });

  test('an old one is deployed anew after a day without it, the last one however long nothing was heard', () => {
    const versions = new ServiceVersions();
    tell(versions, seen('1'));
    tell(versions, seen('2'));
    expect(tell(versions, seen('1'), T0 + limits.versionsWithinMs)).toEqual([]);
    expect(tell(versions, seen('2'), T0 + limits.versionsWithinMs * 2 + 1)).toEqual(['1 -> 2']);
    expect(tell(versions, seen('2'), T0 + limits.versionsWithinMs * 9)).toEqual([]);
  });

  test('while one is on its way to the disk nobody else notices it, and what was not kept is noticed again', () => {
    const versions = new ServiceVersions();
    tell(versions, seen('1'));
    const first = [seen('2')];
    expect(versions.notice(first, T0)).toHaveLength(1);
    expect(versions.notice([seen('2')], T0)).toEqual([]);
    expect(versions.state[0]?.last).toBe('1');
    versions.settle(first, T0, false);
    expect(tell(versions, seen('2'))).toEqual(['1 -> 2']);
  });

  test('they are bounded', () => {
    const versions = new ServiceVersions();
    for (let index = 0; index <= limits.versionsPerService; index += 1) tell(versions, seen(`${index}`));
    expect(versions.state[0]?.versions).toHaveLength(limits.versionsPerService);
    expect(tell(versions, seen('0'))).toHaveLength(1);
    for (let index = 0; index < limits.versionedServices; index += 1)
      tell(versions, seen('1', { service: `s${index}` }));
    expect(versions.state).toHaveLength(limits.versionedServices);
    expect(versions.state.some(({ service }) => service === 'api')).toBe(false);
  });

  test('a snapshot brings them back', () => {
    const versions = new ServiceVersions();
    tell(versions, seen('1'));
    tell(versions, seen('2'));
    const restored = new ServiceVersions();
    restored.restore(JSON.parse(JSON.stringify(versions.state)) as typeof versions.state);
    expect(restored.state).toEqual(versions.state);
    expect(tell(restored, seen('1'))).toEqual([]);
    expect(tell(restored, seen('3'))).toEqual(['1 -> 3']);
  });

  test('a deployment has an id within its limit whatever its names are', () => {
    const context = { receivedAt: T0, fieldTypes: new Map(), makeId: () => 'made' };
    const deployment = { ...seen('ü'.repeat(200), { service: '\n '.repeat(90) }), previous: '1' };
    const { records, rejected } = deploymentRecords([deployment, { ...deployment, at: T0 + 1 }], context);
    expect(rejected).toEqual([]);
    expect(new Set(records.map(({ id }) => id)).size).toBe(2);
  });
});

describe('what is taken in', () => {
  let body = 0;

  function accept(intake: TestIntake, version: string) {
    body += 1;
    const decoded: Decoded = {
      records: [
        {
          name: 'request',
          time: T0,
          id: `r${body}`,
          attributes: { service: 'api', version, environment: 'production' },
        },
      ],
      ownIds: [true],
      rejected: [],
      newFields: new Map([['service', 'string']]),
      recognisable: true,
      versions: [seen(version)],
    };
    return intake.intake.accept({
      grant: { keyId: ingestKey().id, plan: 'shop' },
      protocol: 'test',
      traffic: 'events',
      body: new TextEncoder().encode(`${body}`),
      decode: () => ok(decoded),
    });
  }

  /** All events `deployment` that the windows were told of, as `previous -> version`. */
  function deployments({ executors }: TestIntake): readonly string[] {
    const records = new Map(executors.flatMap(({ seen: all }) => all).map((record) => [record.id, record]));
    return [...records.values()].flatMap(({ name, attributes }) =>
      name === 'deployment' ? [`${attributes['previous']} -> ${attributes['version']}`] : [],
    );
  }

  async function begin(disk?: VolatileDisk): Promise<TestIntake> {
    const intake = await startIntake(disk === undefined ? {} : { disk });
    intake.configure(intake.connect());
    return intake;
  }

  test('a new version adds one event, which is not counted as sent, and a restart adds none', async () => {
    const first = await begin();
    await accept(first, '1');
    const answer = await accept(first, '2');
    await accept(first, '1');
    await accept(first, '2');
    expect(answer).toEqual(ok({ accepted: 1, duplicates: 0, rejected: [] }));
    expect(deployments(first)).toEqual(['1 -> 2']);

    // Without a word of goodbye: what is known comes from the spool.
    const second = await begin(first.disk);
    await accept(second, '2');
    await accept(second, '1');
    expect(deployments(second)).toEqual(['1 -> 2']);
    // With one: it comes from the snapshot.
    await second.intake.stop();
    const third = await begin(first.disk);
    await accept(third, '1');
    await accept(third, '3');
    expect(deployments(third)).toEqual(['1 -> 3']);
  });
});

test('a deployment that a request tells of is stored, also when nothing else of the request is taken', async () => {
  const running = await startIntake();
  running.configure(running.connect());
  await settle();
  for (const version of ['1', '2']) {
    const told = await running.intake.accept({
      grant: { keyId: 'a'.repeat(16), plan: 'shop' },
      protocol: 'test',
      traffic: 'samples',
      body: Buffer.from(version),
      decode: ({ receivedAt }) =>
        ok({
          records: [],
          ownIds: [],
          rejected: [{ index: 0, code: 'too-many-series', message: 'There are too many.' }],
          newFields: new Map(),
          versions: [{ service: 'api', version, at: receivedAt, origin: 'test' }],
          recognisable: true,
        }),
    });
    expect(told).toMatchObject({ ok: true, value: { accepted: 0 } });
    await running.clock.advance(2_000);
  }
  const events = [...running.loaded.values()].flat().map(({ event }) => event);
  expect(events).toMatchObject([{ name: 'deployment', attributes: { version: '2', previous: '1' } }]);
  await running.intake.stop();
});
