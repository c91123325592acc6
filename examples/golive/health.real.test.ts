import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Egress } from '#egress/egress.ts';
import type { Probe } from '#plan/probe.ts';
import type { ProbeResult } from '../../src/probes/result.ts';
import { gridAtOrBefore, paceOf } from '../../src/probes/schedule.ts';
import { localEgress, lookAt, probesOf } from '../../test/kit/look-at.ts';

let egress: Egress;
let base: string;
let answer: RequestListener;
const server = http.createServer((request, response) => answer(request, response));

beforeAll(async () => {
  egress = localEgress();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.closeAllConnections());
afterAll(() => {
  egress.close();
  server.close();
});

async function probeOf(example: string, name: string): Promise<Probe> {
  const probes = await probesOf(join(import.meta.dirname, '..', example, 'plan.yaml'));
  const probe = probes.find((found) => found.name === name);
  if (probe === undefined) throw new Error(`${example} has no probe ${name}`);
  return probe;
}

/** The probe as the plan has it, sent to a server of this test. */
async function ask(example: string, name: string, how: RequestListener, timeoutMs?: number): Promise<ProbeResult> {
  answer = how;
  const probe = await probeOf(example, name);
  if (probe.check.kind !== 'http') throw new Error(`${name} is no HTTP probe`);
  const url = probe.check.url.replace(/^https:\/\/[^/?]+/, base);
  return lookAt({ ...probe, timeoutMs: timeoutMs ?? probe.timeoutMs, check: { ...probe.check, url } }, egress, 'key');
}

function says(status: number, body: unknown = ''): RequestListener {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_, response) => void response.writeHead(status).end(text);
}

const passed = { outcome: 'passed' };
const failed = { outcome: 'failed' };

// proves: GOLIVE-006, GOLIVE-007, GOLIVE-008
describe('the ERP', () => {
  it('has a page that can be signed in at, not only one that answers', async () => {
    expect(await ask('golive', 'web', says(200, '<h1>Sign in</h1>'))).toMatchObject(passed);
    expect(await ask('golive', 'web', says(200, '<h1>Something went wrong</h1>'))).toMatchObject(failed);
    expect(await ask('golive', 'web', says(500, 'Sign in'))).toMatchObject(failed);
  });

  it('has an address for phones, and one for each part of the API', async () => {
    const onlyMobileIsBroken: RequestListener = (request, response) =>
      request.url?.startsWith('/mobile') === true
        ? says(200, { accepts: false })(request, response)
        : says(200, 'Sign in')(request, response);
    expect(await ask('golive', 'mobile', onlyMobileIsBroken)).toMatchObject(failed);
    expect(await ask('golive', 'web', onlyMobileIsBroken)).toMatchObject(passed);
    const onlyProductionIsBroken: RequestListener = (request, response) =>
      says(request.url?.includes('/production/') === true ? 500 : 200)(request, response);
    expect(await ask('golive', 'api-production', onlyProductionIsBroken)).toMatchObject(failed);
    expect(await ask('golive', 'api-sales', onlyProductionIsBroken)).toMatchObject(passed);
  });

  it('says which of its parts are well', async () => {
    const body = { status: 'ok', checks: { database: { status: 'up' }, mobile: { status: 'down' } } };
    expect(await ask('golive', 'health', says(200, body))).toMatchObject({
      ...passed,
      parts: { database: true, mobile: false },
    });
  });
});

// proves: KULTI-253
describe('Kulti', () => {
  it('has a site that answers with 200 within two seconds, and a redirect is no 200', async () => {
    expect(await ask('kulti', 'site', says(200))).toMatchObject(passed);
    expect(await ask('kulti', 'site', says(503))).toMatchObject(failed);
    expect(await ask('kulti', 'site', says(301))).toMatchObject(failed);
    const slow: RequestListener = (_, response) => void setTimeout(() => response.end(), 2_100);
    expect(await ask('kulti', 'site', slow)).toMatchObject({ ...failed, reason: 'expectation-failed' });
  });
});

// proves: RACHEL-003, RACHEL-169
describe('RachelFoods', () => {
  it('has a health endpoint that answers, refuses, or says nothing', async () => {
    expect(await ask('rachelfoods', 'api-health', says(200))).toMatchObject(passed);
    expect(await ask('rachelfoods', 'api-health', says(503))).toMatchObject({
      ...failed,
      reason: 'expectation-failed',
    });
    expect(await ask('rachelfoods', 'api-health', () => {}, 200)).toMatchObject({ ...failed, reason: 'timed-out' });
  });

  it('is asked 12 times an hour and 576 times in the first 48 hours', async () => {
    const probe = await probeOf('rachelfoods', 'api-health');
    const pace = paceOf(probe, 'first-48h', false, { own: 123_457, shared: 0 });
    if (pace === undefined) throw new Error('it rests');
    const until = (hours: number): number => gridAtOrBefore(pace, 1_700_000_000_000 + hours * 3_600_000) / pace.everyMs;
    expect([until(1) - until(0), until(48) - until(0)]).toEqual([12, 576]);
  });
});
