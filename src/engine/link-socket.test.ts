import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FromIntake } from '#intake/link.ts';
import type { CoreLink, LinkConnection } from './core-link.ts';
import { listenForIntake } from './link-socket.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'link-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A link that only listens. */
function listeningLink() {
  const heard: FromIntake[] = [];
  let connection: LinkConnection | undefined;
  let onHeard = (): void => {};
  let onClosed = (): void => {};
  const link: Pick<CoreLink, 'connect'> = {
    connect(made) {
      connection = made;
      return {
        message(message) {
          heard.push(message);
          onHeard();
        },
        closed: () => onClosed(),
      };
    },
  };
  return {
    link: link as CoreLink,
    heard,
    connection: () => connection,
    nextMessage: () => new Promise<void>((resolve) => (onHeard = resolve)),
    end: () => new Promise<void>((resolve) => (onClosed = resolve)),
  };
}

it('carries messages both ways over a socket that only its user can open', async () => {
  const path = join(folder, 'core.sock');
  writeFileSync(path, 'left behind');
  const core = listeningLink();
  const server = await listenForIntake(path, core.link, () => {});
  expect(statSync(path).mode & 0o777).toBe(0o600);

  const socket = net.connect(path).setEncoding('utf8');
  const heard = core.nextMessage();
  socket.write('{"type":"hello","inst');
  socket.write('ance":"é"}\n');
  await heard;
  expect(core.heard).toEqual([{ type: 'hello', instance: 'é' }]);

  const answer = new Promise<string>((resolve) => socket.once('data', (text) => resolve(String(text))));
  core.connection()?.send({ type: 'status-wanted', request: 1 });
  expect(await answer).toBe('{"type":"status-wanted","request":1}\n');

  const ended = core.end();
  socket.destroy();
  await ended;
  await server.close();
});

it('hangs up on what cannot be read, and goes on listening', async () => {
  const path = join(folder, 'core.sock');
  const core = listeningLink();
  const server = await listenForIntake(path, core.link, () => {});
  for (let n = 0; n < 2; n += 1) {
    const socket = net.connect(path);
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.resume().write('no JSON\n');
    await ended;
  }
  expect(core.heard).toEqual([]);
  await server.close();
});
