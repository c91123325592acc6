import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { ToldMessage } from './told.ts';

export interface SmtpReceiver {
  readonly port: number;
  close(): Promise<void>;
}

const MAIL_BYTES_MAX = 1_000_000;

/** A mail server on loopback that keeps what it is sent; it relays nothing, and asks nobody for a password. */
export async function startSmtpReceiver(port: number, received: (message: ToldMessage) => void): Promise<SmtpReceiver> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MAIL_BYTES_MAX,
    disableReverseLookup: true,
    onData(stream, session, done) {
      buffer(stream)
        .then(async (source) => {
          if (stream.sizeExceeded) return done(new Error('The mail is too long.'));
          received(
            await readMail(
              source,
              session.envelope.rcptTo.map(({ address }) => address),
            ),
          );
          done();
        })
        .catch((problem: unknown) => done(problem instanceof Error ? problem : new Error(String(problem))));
    },
  });
  // A client that goes away in the middle is its own affair; without a listener it would end the process.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function readMail(source: Buffer, recipients: readonly string[]): Promise<ToldMessage> {
  const mail = await PostalMime.parse(source);
  return {
    id: mail.messageId ?? randomUUID(),
    channel: 'email',
    receivedAt: Date.now(),
    to: recipients.join(', '),
    title: mail.subject ?? '',
    text: mail.text ?? '',
    ...(mail.html === undefined ? {} : { html: mail.html }),
  };
}
