/** One JSON message a line, whatever pieces the lines come in. */
export async function* readLines<Message>(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = decoder.decode(value, { stream: true }).split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      // A message of megabytes comes in many pieces: they are put together once.
      parts.push(line);
      yield JSON.parse(parts.join('')) as Message;
      parts.length = 0;
    }
    parts.push(last);
  }
}
