import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { Socket } from 'node:net';

/** What came back of one call. */
export interface GrpcAnswer {
  /** -1 when there was none. */
  readonly code: number;
  readonly message: string;
}

/** A message in gRPC's frame: whether it is packed, its length, itself. */
export function framed(message: Uint8Array, packed: boolean): Uint8Array {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt8(packed ? 1 : 0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** Calls over HTTP/2 as no client library would: frames are sent as they are. One connection for all calls, as long as it stands. */
export class GrpcSender {
  readonly #port: number;
  #session: ClientHttp2Session | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  call(path: string, headers: Readonly<Record<string, string>>, frames: Uint8Array): Promise<GrpcAnswer> {
    const session = this.#open();
    return new Promise((resolve) => {
      let code = -1;
      let message = '';
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: path,
        te: 'trailers',
        'content-type': 'application/grpc',
        ...headers,
      });
      const read = (found: Readonly<Record<string, unknown>>): void => {
        if (found['grpc-status'] === undefined) return;
        code = Number(found['grpc-status']);
        message = decodeURIComponent(String(found['grpc-message'] ?? ''));
      };
      stream.on('response', read);
      stream.on('trailers', read);
      stream.on('error', (problem) => {
        message ||= String(problem);
      });
      stream.on('close', () => resolve({ code, message }));
      stream.setTimeout(20_000, () => stream.close(constants.NGHTTP2_CANCEL));
      stream.resume();
      stream.end(frames);
    });
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #open(): ClientHttp2Session {
    const current = this.#session;
    if (current !== undefined && !current.closed && !current.destroyed) return current;
    // Otherwise the sender itself would refuse to send what is large.
    const session = connect(`http://127.0.0.1:${this.#port}`, { maxSessionMemory: 1_000 });
    session.on('error', () => {});
    this.#session = session;
    return session;
  }
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** A frame of HTTP/2 (RFC 9113, section 4.1). */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const CONTINUATION = 9;
const END_HEADERS = 4;
/** `:method: POST`, `:scheme: http` and `:path: /` of HPACK's static table (RFC 7541, appendix A). */
const HEAD = Buffer.from([0x83, 0x86, 0x84]);
const settings = frame(SETTINGS, 0, 0, new Uint8Array());
const times = (count: number, make: (index: number) => Uint8Array): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));

/** What a connection may say that is no call at all, by name. */
export const brokenConnections: Readonly<Record<string, readonly Uint8Array[]>> = {
  nothing: [],
  'HTTP/1.1': [Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')],
  TLS: [Buffer.from('160301010001000000', 'hex'), Buffer.alloc(250, 1)],
  noise: [Buffer.alloc(65_536, 0xa5)],
  'half a preface': [PREFACE.subarray(0, 10)],
  'a preface and noise': [PREFACE, Buffer.alloc(65_536, 0xa5)],
  'a frame that is too large': [PREFACE, settings, Buffer.from('ffffff000000000001', 'hex')],
  'a thousand settings': [PREFACE, times(1_000, () => frame(SETTINGS, 0, 0, Buffer.from('000400010000', 'hex')))],
  'ten thousand pings': [PREFACE, settings, times(10_000, () => frame(PING, 0, 0, new Uint8Array(8)))],
  'ten thousand streams, each reset at once': [
    PREFACE,
    settings,
    times(10_000, (index) =>
      Buffer.concat([
        frame(HEADERS, END_HEADERS, index * 2 + 1, HEAD),
        frame(RST_STREAM, 0, index * 2 + 1, Buffer.alloc(4)),
      ]),
    ),
  ],
  'headers that never end': [
    PREFACE,
    settings,
    frame(HEADERS, 0, 1, HEAD),
    times(10_000, () =>
      frame(
        CONTINUATION,
        0,
        1,
        Buffer.concat([Buffer.from([0x00, 0x01, 0x78, 0x7f, 0x81, 0x01]), Buffer.alloc(256, 0x79)]),
      ),
    ),
  ],
  'data of a stream that is none': [PREFACE, settings, frame(DATA, 0, 7, Buffer.alloc(1_000))],
  'an even stream': [PREFACE, settings, frame(HEADERS, END_HEADERS, 2, HEAD)],
  'HPACK without sense': [PREFACE, settings, frame(HEADERS, END_HEADERS, 1, Buffer.alloc(1_000, 0xff))],
};

/** Says it on a connection of its own, and hangs up once the other side did or took everything. */
export function breakConnection(port: number, parts: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = new Socket();
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
    socket.connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part);
      socket.end();
      // Some of it is answered by silence; what matters is that the next sender is heard.
      socket.setTimeout(1_000, () => socket.destroy());
    });
  });
}
