import net from 'node:net';
import { Readable } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailFailure, MailTransport, OutgoingMail } from '#kernel/ports.ts';
import { fail, ok } from '#kernel/result.ts';
import { type Guard, nameNotFound } from './guard.ts';

export interface MailExchange extends MailTransport {
  /** Cuts every connection that is still open. */
  close(): void;
}

type SmtpError = SMTPConnection.SMTPError;
type Answer = Awaited<ReturnType<MailTransport['sendMail']>>;

/** Mail over SMTP to a checked address of the server, one connection a mail. TLS checks the name as the settings have it. */
export function createMailExchange(guard: Guard, ca: SecureContextOptions['ca']): MailExchange {
  const open = new Set<net.Socket>();

  async function sendMail(mail: OutgoingMail): Promise<Answer> {
    const deadline = AbortSignal.timeout(mail.timeoutMs);
    const host = mail.server.host.toLowerCase();
    const addresses = await guard(host, mail.server.port, deadline, mail.timeoutMs);
    if ('reason' in addresses) return fail(addresses);
    const raw = await compose(mail);
    let failure: MailFailure = nameNotFound(host);
    for (const address of addresses.list) {
      const socket = await dial(address, mail, deadline);
      if (!('reason' in socket)) return await converse(mail, raw, socket, deadline, ca);
      failure = socket;
      if (deadline.aborted) break;
    }
    return fail(failure);
  }

  function dial(address: string, mail: OutgoingMail, deadline: AbortSignal): Promise<net.Socket | MailFailure> {
    const { host, port } = mail.server;
    return new Promise((resolve) => {
      const socket = net.connect({ host: address, port });
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      const onDeadline = (): void => {
        socket.destroy();
        resolve({ reason: 'timed-out', message: `${host} did not answer within ${mail.timeoutMs} ms.`, sent: 'no' });
      };
      const onError = (error: NodeJS.ErrnoException): void => {
        deadline.removeEventListener('abort', onDeadline);
        const what = error.code ?? 'an unnamed error';
        const message = `${host} (${address}) cannot be reached: ${what}.`;
        resolve({ reason: 'connection-failed', message, sent: 'no' });
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        deadline.removeEventListener('abort', onDeadline);
        resolve(socket);
      });
      deadline.addEventListener('abort', onDeadline, { once: true });
      if (deadline.aborted) onDeadline();
    });
  }

  return {
    sendMail,
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}

/** Greeting, TLS, login, envelope, data. The acceptance of the data is the end: a failure after it changes nothing. */
function converse(
  mail: OutgoingMail,
  raw: Buffer,
  socket: net.Socket,
  deadline: AbortSignal,
  ca: SecureContextOptions['ca'],
): Promise<Answer> {
  const { host, port, security, login } = mail.server;
  return new Promise((resolve) => {
    let begun = false;
    const connection = new SMTPConnection({
      connection: socket,
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      connectionTimeout: mail.timeoutMs,
      greetingTimeout: mail.timeoutMs,
      socketTimeout: mail.timeoutMs,
      tls: {
        ...(ca === undefined ? {} : { ca }),
        // The address was dialled, the name is checked; an address as written has no server name.
        ...(net.isIP(host) === 0 ? { servername: host } : {}),
      },
    });
    const finish = (answer: Answer): void => {
      resolve(answer);
      if (answer.ok) connection.quit();
      else connection.close();
    };
    const stop = (error: SmtpError): void => finish(fail(describe(error, mail, begun)));
    // It stays until the deadline, so that a server that never answers QUIT is hung up on.
    deadline.addEventListener(
      'abort',
      () => {
        const message = `${host} did not answer within ${mail.timeoutMs} ms.`;
        resolve(fail({ reason: 'timed-out', message, sent: begun ? 'maybe' : 'no' }));
        connection.close();
        socket.destroy();
      },
      { once: true },
    );
    connection.on('error', stop);
    // A server that hangs up without a word ends the connection without an error.
    connection.once('end', () => stop(new Error('closed')));
    connection.connect((problem) => {
      if (problem !== undefined && problem !== null) stop(problem);
      else if (login === undefined) transmit();
      else
        connection.login({ credentials: { user: login.user, pass: login.password } }, (refused) => {
          if (refused === undefined || refused === null) transmit();
          else stop(refused);
        });
    });
    function transmit(): void {
      const data = Readable.from(
        (function* () {
          begun = true;
          yield raw;
        })(),
      );
      connection.send({ from: mail.from.address, to: [mail.to] }, data, (problem, info) => {
        if (problem !== null && problem !== undefined) stop(problem);
        else finish(ok(codesOf(info.response)));
      });
    }
  });
}

/** What was said about this mail is final with a 5xx; what was said about the session (TLS, login, the greeting) may be mended at either end. */
function describe(error: SmtpError, mail: OutgoingMail, begun: boolean): MailFailure {
  const { host } = mail.server;
  const { responseCode, command = '' } = error;
  if (responseCode === undefined) {
    if (error.code === 'ETLS' || error.code === 'EAUTH') {
      const what = error.code === 'ETLS' ? 'a TLS connection' : 'a way to log in';
      const message = `${host} and Watchbill did not agree on ${what}${certificateProblem(error)}.`;
      return { reason: 'session-refused', message, sent: 'no' };
    }
    if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') {
      const message = `The mail cannot be sent to ${host} as it is: a wrong address, or larger than it takes.`;
      return { reason: 'mail-refused', message, sent: 'no' };
    }
    const message = `The connection to ${host} was lost.`;
    return { reason: 'connection-lost', message, sent: begun ? 'maybe' : 'no' };
  }
  const stage = stages.find(([name]) => command.startsWith(name))?.[1];
  const codes = codesOf(error.response ?? String(responseCode));
  if (stage === undefined) {
    const message = `${host} refused the session${command.startsWith('AUTH') ? ' at the login' : ''}: ${codes}.`;
    return { reason: 'session-refused', message, sent: 'no' };
  }
  const reason = responseCode >= 500 ? 'mail-refused' : 'mail-deferred';
  return {
    reason,
    message: `${host} ${reason === 'mail-refused' ? 'refused' : 'put off'} ${stage}: ${codes}.`,
    sent: 'no',
  };
}

const stages = [
  ['MAIL FROM', 'the sender'],
  ['RCPT TO', 'the recipient'],
  ['DATA', 'the message'],
] as const;

/** Node's names of what is wrong with a certificate, e.g. `DEPTH_ZERO_SELF_SIGNED_CERT`; nothing of the server's own words. */
function certificateProblem(error: { readonly originalCode?: string | undefined }): string {
  const code = error.originalCode ?? '';
  return /^[A-Z][A-Z0-9_]+$/.test(code) ? ` (${code})` : '';
}

/** The codes of an answer without its words: `550 5.1.1`. */
function codesOf(response: string): string {
  return /^(\d{3})(?:[ -]([245]\.\d{1,3}\.\d{1,3}))?/.exec(response)?.slice(1).filter(Boolean).join(' ') ?? 'no code';
}

function compose(mail: OutgoingMail): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: mail.from.name, address: mail.from.address },
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    date: new Date(mail.date),
    messageId: mail.messageId,
    references: [...mail.references],
    ...(mail.references.length === 0 ? {} : { inReplyTo: mail.references.at(-1) ?? '' }),
    headers: { ...mail.headers },
    // What is in the text stays text: nothing is read from the disk or fetched for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
