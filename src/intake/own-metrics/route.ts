import type { RequestCounts } from '#kernel/request-counts.ts';
import type { Connections } from '../connections.ts';
import type { Intake } from '../intake.ts';
import { authorizeKey } from '../key-scopes.ts';
import type { ReceiverRoute } from '../receiver.ts';
import { exposeIntake } from './expose.ts';

/** `GET /metrics`: intake's own figures, and those of the key's plan. */
export function ownMetricsRoute(
  intake: Intake,
  requests: RequestCounts,
  connections: readonly Connections[],
): ReceiverRoute {
  return {
    method: 'GET',
    path: '/metrics',
    // Asked for seldom, and wanted most during a flood.
    traffic: 'alerts',
    encodings: ['identity'],
    bodyBytes: 0,
    authorize: (head) => authorizeKey(intake, head, 'metrics:read'),
    async receive({ grant }) {
      const { plan } = grant;
      const exposition = exposeIntake({
        status: intake.status(),
        requests,
        connections,
        memoryBytes: process.memoryUsage.rss(),
        plan,
        data: intake.data(plan),
        series: intake.seriesOf(plan).size,
      });
      const body = Buffer.from(await exposition.text());
      return { status: 200, headers: { 'content-type': exposition.contentType }, body };
    },
  };
}
