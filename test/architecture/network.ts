import { isTest, type SourceFile, type Violation } from './source-files.ts';

const networkModules = new Set([
  ...['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'dns/promises'].map((name) => `node:${name}`),
  ...['undici', 'pg', '@clickhouse/client', '@hono/node-server', 'nodemailer', 'smtp-server', '@grpc/grpc-js'],
]);
const networkNames = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']);

/** Who may open or accept a connection, and why. Everything that leaves for somebody else's address goes through egress. */
export const networkFiles: Readonly<Record<string, string>> = {
  'src/egress/': 'the one way out',
  'src/storage/': 'our own stores, embedded or at the addresses of the environment',
  'src/intake/server.ts': 'the server that takes in telemetry',
  'src/intake/otlp/grpc.ts': 'the server that takes in telemetry over gRPC',
  'src/intake/link-client.ts': 'the unix socket between core and intake',
  'src/processes/core.ts': 'the server of people and the API',
  'src/engine/link-socket.ts': 'the unix socket between core and intake',
  'src/processes/supervisor.ts': 'asks the children on loopback whether they are ready',
  'src/processes/port.ts': 'finds out whether a port is free',
  'src/probes/query/session.ts': 'speaks to databases, at addresses that the guard of egress has checked',
  'src/cli/client.ts': 'speaks to the server that the user names',
  'src/cli/demo.ts': 'switches the faults of the demo shop on loopback',
  'src/cli/intake-client.ts': 'sends to the intake that the user names',
};

/** A part of a package counts as the package, e.g. `nodemailer/lib/smtp-connection`. */
function opensConnections(specifier: string): boolean {
  // It only reads the address of a request that is there already.
  if (specifier === '@hono/node-server/conninfo') return false;
  return [...networkModules].some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

/** Outgoing connections are made in egress only; servers and our own stores' connections are listed with a reason. */
export function checkNetwork(
  files: readonly SourceFile[],
  allowed: Readonly<Record<string, string>> = networkFiles,
): readonly Violation[] {
  const isAllowed = (path: string): boolean =>
    Object.keys(allowed).some((entry) => (entry.endsWith('/') ? path.startsWith(entry) : path === entry));
  const instead =
    'take a Transport (src/kernel/ports.ts), or list the file with its reason in test/architecture/network.ts';
  return files
    .filter((file) => file.path.startsWith('src/') && !isTest(file.path) && !isAllowed(file.path))
    .flatMap((file) => [
      ...file.imports
        .filter(({ specifier, typeOnly }) => !typeOnly && opensConnections(specifier))
        .map(({ specifier, line }) => ({ path: file.path, line, rule: `opens connections (${specifier})`, instead })),
      ...file.names
        .filter(({ name }) => networkNames.has(name))
        .map(({ name, line }) => ({ path: file.path, line, rule: `opens connections (${name})`, instead })),
    ]);
}
