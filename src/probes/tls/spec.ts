import type { KindSpec } from '../kind.ts';

export const tlsSpec: KindSpec = {
  kind: 'tls',
  form: 'tls shop.example:443',
  summary: 'Shakes hands by TLS and looks at the certificate.',
  fields: {
    days_left: { unit: 'days', means: 'whole days until the certificate expires; below 0 once it has' },
    expires: { unit: 'text', means: 'the last day of the certificate in UTC, e.g. 2026-12-31' },
    issuer: { unit: 'text', means: 'who issued the certificate' },
    protocol: { unit: 'text', means: 'e.g. TLSv1.3' },
    'time.dns': { unit: 'ms', means: 'looking up the name' },
    'time.connect': { unit: 'ms', means: 'until the connection stood' },
    'time.tls': { unit: 'ms', means: 'the TLS handshake' },
  },
  reasons: {
    'certificate-absent': { outcome: 'failed', means: 'The server shows no certificate.' },
    'certificate-expired': { outcome: 'failed', means: 'The certificate has expired.' },
    'certificate-name': { outcome: 'failed', means: 'The certificate is for other names.' },
    'certificate-untrusted': { outcome: 'failed', means: 'The chain does not end at an authority that is trusted.' },
  },
  demands:
    'a certificate that browsers would take: trusted, for this name, not expired. It has to hold whatever else is expected.',
};
