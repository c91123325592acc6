import { afterAll, expect, test } from 'vitest';
import { otlpGrpcPaths } from '../../src/intake/otlp/grpc.ts';
import { receiverRoutes } from '../../src/intake/receivers.ts';
import { settle, startIntake } from '../../src/intake/test-support.ts';
import { casesOf } from '../hostile/cases.ts';
import { proveHostile } from '../hostile/hostile-proof.ts';
import { protocols, routesWithoutBody } from '../hostile/protocols.ts';
import { cleanUp } from './program.ts';

afterAll(cleanUp);

test('every receiver is attacked', async () => {
  const { intake } = await startIntake();
  const routes = [
    ...receiverRoutes(intake).map(({ method, path }) => `${method} ${path}`),
    ...Object.values(otlpGrpcPaths).map((path) => `gRPC ${path}`),
  ];
  const attacked = new Set([...protocols.map(({ route }) => route), ...routesWithoutBody]);
  expect(routes.filter((route) => !attacked.has(route))).toEqual([]);
  expect(routes.length).toBeGreaterThan(5);
  await intake.stop();
});

test('no body changes what every object inherits', async () => {
  const { intake } = await startIntake();
  const routes = new Map(receiverRoutes(intake).map((route) => [`${route.method} ${route.path}`, route]));
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  for (const [index, protocol] of protocols.entries()) {
    const route = routes.get(protocol.route);
    for (const possible of casesOf(protocol, String(index), intake.now(), () => 0.5)) {
      if (!/proto|constructor|pollut|toString|valueOf|then/.test(possible.name)) continue;
      const one = possible.make();
      const headers = protocol.headers(
        { key: 'k', sentryKey: 'k', webhookSecret: 'k', proberKey: 'k', heartbeatKey: 'k' },
        one.body,
      );
      const head = {
        method: 'POST',
        path: protocol.path,
        parameters: { plan: 'shop', name: 'crm' },
        query: new URLSearchParams(),
        headers,
        requestId: 'r',
      };
      void route?.receive({ head, grant: { plan: 'shop', keyId: 'k' }, body: one.body }).catch(() => {});
    }
    await settle();
    expect([protocol.route, ({} as { polluted?: unknown }).polluted]).toEqual([protocol.route, undefined]);
  }
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  await intake.stop();
});

test('whatever is sent, it is answered, nothing of it is stored when it is refused, and pages leave', async () => {
  const seed = Number(process.env['HOSTILE_SEED'] ?? 1);
  const result = await proveHostile({ share: 0.03, seed });
  expect(result.wrong).toEqual([]);
  expect(result.cases).toBeGreaterThan(100);
  expect(result.markersStored).toBeGreaterThan(10);
});
