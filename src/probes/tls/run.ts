import type { SeenCertificate } from '#egress/dialler.ts';
import type { Instant } from '#kernel/instant.ts';
import type { FieldValue } from '#plan/model.ts';
import { type ProbeKind, type Problem, problemOf, timeFields } from '../kind.ts';
import { hostOf } from '../tcp/run.ts';
import { tlsSpec } from './spec.ts';

const DAY_MS = 86_400_000;

/** Whether the certificate of a server is good, and for how long. */
export const tlsKind: ProbeKind<'tls'> = {
  spec: tlsSpec,
  async run({ host, port }, { dialler, timeoutMs, signal, now }) {
    const place = { host: hostOf(host), port };
    const seen = await dialler.inspect(place, timeoutMs, signal);
    if (!seen.ok) return { fields: {}, problem: problemOf(seen.failure) };
    const { certificate, timings } = seen.value;
    const daysLeft = certificate.validTo === undefined ? undefined : Math.floor((certificate.validTo - now()) / DAY_MS);
    const fields: Record<string, FieldValue> = { ...timeFields(timings) };
    if (daysLeft !== undefined) fields['days_left'] = daysLeft;
    if (certificate.validTo !== undefined) fields['expires'] = dayOf(certificate.validTo);
    if (certificate.issuer !== undefined && certificate.issuer !== '') fields['issuer'] = certificate.issuer;
    if (certificate.protocol !== undefined) fields['protocol'] = certificate.protocol;
    const problem = problemWith(certificate, place.host);
    return {
      fields,
      ...(problem === undefined ? {} : { problem }),
      ...(certificate.names === undefined
        ? {}
        : { evidence: `${certificate.names}\nIssued by ${certificate.issuer ?? ''}` }),
      read: (field) => (field === 'days_left' ? daysLeft : undefined),
    };
  },
};

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10);
}

function problemWith({ validTo, problem, names = '' }: SeenCertificate, host: string): Problem | undefined {
  if (validTo === undefined) {
    return { outcome: 'failed', reason: 'certificate-absent', message: `${host} shows no certificate.` };
  }
  switch (problem) {
    case undefined:
      return undefined;
    case 'CERT_HAS_EXPIRED':
      return {
        outcome: 'failed',
        reason: 'certificate-expired',
        message: `The certificate of ${host} expired on ${dayOf(validTo)}.`,
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        outcome: 'failed',
        reason: 'certificate-name',
        message: `The certificate of ${host} is for other names: ${names.slice(0, 200)}.`,
      };
    default:
      return {
        outcome: 'failed',
        reason: 'certificate-untrusted',
        message: `The certificate of ${host} is not trusted: ${problem}.`,
      };
  }
}
