import type { KindSpec } from '../kind.ts';

export const httpSpec: KindSpec = {
  kind: 'http',
  form: 'GET https://shop.example/health',
  summary: 'One request over a connection of its own; a redirect is not followed, it is the answer.',
  fields: {
    status: { unit: 'count', means: 'status of the answer' },
    size: { unit: 'bytes', means: 'bytes of the body' },
    'time.dns': { unit: 'ms', means: 'looking up the name' },
    'time.connect': { unit: 'ms', means: 'until the connection stood' },
    'time.tls': { unit: 'ms', means: 'the TLS handshake' },
    'time.first_byte': { unit: 'ms', means: 'from the connection to the beginning of the answer' },
    'time.confirmed': { unit: 'ms', means: 'from the answer until what was sent was confirmed' },
    run: { unit: 'text', means: 'the id that was sent for `<run>`, where the probe is confirmed' },
  },
  reasons: {
    'status-unexpected': {
      outcome: 'failed',
      means: 'The status is not between 200 and 299, and the plan expects nothing else.',
    },
    'not-confirmed': {
      outcome: 'failed',
      means: 'The answer was as expected, and the event that `confirm` names did not come in time.',
    },
    'confirmation-unknown': {
      outcome: 'unmeasured',
      means: 'Intake could not be asked whether it came, or was away in between.',
    },
    'too-large': { outcome: 'unmeasured', means: 'An expectation looks at a body of more than 1 MiB.' },
  },
  demands: 'a status from 200 to 299',
};
