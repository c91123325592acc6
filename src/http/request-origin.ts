/** What of a request says which page sent it. */
interface OriginRequest {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Whether a page of another site may have made a browser send this. Only for what acts, and only where a browser adds the credential
 * by itself: programs with a token say nothing of an origin. `publicOrigin` is the server's own as browsers see it, behind a proxy.
 */
export function isCrossSite(
  request: OriginRequest,
  kind: 'cookie' | 'token' | 'nothing',
  publicOrigin: string | undefined,
): boolean {
  if (SAFE_METHODS.includes(request.method) || kind === 'token') return false;
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  if (origin !== undefined) return !isOwnOrigin(origin, request.header('host'), site, publicOrigin);
  if (site !== undefined) return site !== 'same-origin';
  // Every browser of today says one or the other. Without a cookie it is a program that signs in.
  return kind === 'cookie';
}

function isOwnOrigin(
  origin: string,
  host: string | undefined,
  site: string | undefined,
  publicOrigin: string | undefined,
): boolean {
  if (origin === publicOrigin) return true;
  // A proxy that speaks TLS to the browser and passes the name on: the browser vouches for the rest.
  if (site === 'same-origin') return true;
  return host !== undefined && origin.toLowerCase() === `http://${host.toLowerCase()}`;
}
