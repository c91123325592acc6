import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const BINARY = '/usr/sbin/nginx';

/** A real nginx with a log of its own, without root's help and without touching the machine's configuration. */
export interface Nginx {
  readonly url: string;
  readonly logFile: string;
  /** As logrotate does it: renames the log and tells nginx to open a new one. Resolves once what is served stands there; some more requests are sent for it. */
  rotate(to: string): Promise<void>;
  stop(): Promise<void>;
}

export function nginxIsInstalled(): boolean {
  return existsSync(BINARY);
}

const FORMATS = {
  combined: 'combined',
  json: `escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","request_method":"$request_method","request_uri":"$request_uri","status":$status,"body_bytes_sent":$body_bytes_sent,"request_time":$request_time,"http_user_agent":"$http_user_agent"}'`,
} as const;

/** Starts nginx before an upstream, logging in the given format. */
export async function startNginx(
  folder: string,
  port: number,
  upstreamPort: number,
  format: keyof typeof FORMATS,
): Promise<Nginx> {
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, 'access.log');
  const declared = format === 'combined' ? '' : `log_format watched ${FORMATS.json};`;
  await writeFile(
    join(folder, 'nginx.conf'),
    // Started as root, nginx gives its workers to another user, who could not open the new log in this folder.
    `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  ${declared}
  access_log ${logFile} ${format === 'combined' ? 'combined' : 'watched'};
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  upstream shop { server 127.0.0.1:${upstreamPort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
  );
  const child: ChildProcess = spawn(BINARY, ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/up`).then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}; see ${folder}/error.log`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    logFile,
    async rotate(to) {
      await rename(logFile, to);
      child.kill('SIGUSR1');
      // The master makes the file, and its worker goes over to it a little later.
      while (((await stat(logFile).catch(() => undefined))?.size ?? 0) === 0) await fetch(`${url}/up`);
    },
    async stop() {
      child.kill('SIGQUIT');
      await ended;
    },
  };
}
