import { expect, test } from 'vitest';
import { metricBeingWritten } from './metric-names.ts';

test.each([
  ['  db_cpu: samples "', { part: '', start: 19 }],
  ['  db_cpu: samples "http_req', { part: 'http_req', start: 19 }],
  ['  db_cpu: samples "http_requests_total"', undefined],
  ['  db_cpu: samples "a" in % and samples   "b', { part: 'b', start: 42 }],
  ['  db_cpu: events "http', undefined],
  ['  db_cpu: samples ', undefined],
])('%j is at %j', (line, wanted) => expect(metricBeingWritten(line)).toEqual(wanted));
