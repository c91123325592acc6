import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as a real server took it in. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly raw: string;
  readonly mail: Email;
}

export interface MailServerForTests {
  readonly port: number;
  /** Everything that it has acknowledged, in order. */
  readonly taken: readonly TakenMail[];
  close(): Promise<void>;
}

/** An answer of SMTP that is not 250. */
export function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** An SMTP server on loopback that keeps what it takes in. STARTTLS and AUTH are offered only when the options say so. */
export async function startMailServer(
  options: SMTPServerOptions & {
    readonly afterData?: (session: { readonly id: string }) => Error | 'cut' | 'hang' | undefined;
  } = {},
): Promise<MailServerForTests> {
  const { afterData, ...smtp } = options;
  const taken: TakenMail[] = [];
  const server: SMTPServer = new SMTPServer({
    disabledCommands: [
      ...(smtp.cert === undefined ? ['STARTTLS'] : []),
      ...(smtp.onAuth === undefined ? ['AUTH'] : []),
    ],
    authOptional: smtp.onAuth === undefined,
    closeTimeout: 100,
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const verdict = afterData?.(session);
        if (verdict === 'hang') return;
        if (verdict === 'cut') {
          for (const connection of server.connections) connection._socket.destroy();
          return;
        }
        if (verdict !== undefined) {
          callback(verdict);
          return;
        }
        const raw = Buffer.concat(parts).toString('utf8');
        void PostalMime.parse(raw).then((mail) => {
          taken.push({
            from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
            to: session.envelope.rcptTo.map(({ address }) => address),
            secure: session.secure,
            user: session.user,
            raw,
            mail,
          });
          callback();
        });
      });
    },
    ...smtp,
  });
  // A client that hangs up in the middle is what some tests are about.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
