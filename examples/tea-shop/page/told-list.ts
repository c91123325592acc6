import type { ToldState } from '../office-state.ts';
import { byId, make } from './element.ts';
import { showSlack } from './slack-blocks.ts';

const names = { email: 'mail', slack: 'slack', webhook: 'webhook' } as const;

/** The list of messages and the one that is looked at: the newest, until somebody chooses another. */
export function createToldList(): { show(messages: readonly ToldState[]): void } {
  const listPlace = byId('messages');
  const messagePlace = byId('message');
  let chosen: string | undefined;
  let shown: string | undefined;
  let messages: readonly ToldState[] = [];

  function render(): void {
    byId('told').hidden = messages.length === 0;
    byId('told-empty').hidden = messages.length > 0;
    const newestFirst = messages.toReversed();
    const current = newestFirst.find(({ key }) => key === chosen) ?? newestFirst[0];
    const focused = document.activeElement?.getAttribute('data-key');
    listPlace.replaceChildren(...newestFirst.map((message) => item(message, message === current)));
    if (focused) listPlace.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    if (current === undefined || current.key === shown) return;
    shown = current.key;
    messagePlace.replaceChildren(...open(current));
  }

  function item(message: ToldState, isCurrent: boolean): HTMLElement {
    const button = make('button', { type: 'button', 'data-key': message.key, 'aria-pressed': String(isCurrent) }, [
      make('span', { class: `channel ${message.channel}` }, [names[message.channel]]),
      make('span', { class: 'title' }, [message.title]),
      make('span', { class: 'to' }, [`to ${message.to} · `, timeOf(message.receivedAt)]),
    ]);
    button.addEventListener('click', () => {
      chosen = message.key;
      render();
    });
    return make('li', {}, [button]);
  }

  return {
    show(next) {
      messages = next;
      render();
    },
  };
}

function open(message: ToldState): readonly HTMLElement[] {
  const head = make('header', {}, [
    make('h3', {}, [message.title]),
    make('p', {}, [`${names[message.channel]} to ${message.to}, received at `, timeOf(message.receivedAt)]),
  ]);
  if (message.channel === 'slack')
    return [head, make('div', { class: 'slack-message' }, showSlack(message.body ?? {}))];
  if (message.channel === 'webhook') {
    return [head, make('pre', { tabindex: '0' }, [JSON.stringify(message.body, undefined, 2)])];
  }
  if (!message.hasHtml) return [head, make('pre', { tabindex: '0' }, [message.text])];
  const frame = make('iframe', {
    title: `The mail: ${message.title}`,
    sandbox: 'allow-popups allow-popups-to-escape-sandbox',
    src: `/told/${encodeURIComponent(message.key)}`,
  });
  return [head, frame];
}

function timeOf(at: number): HTMLElement {
  const date = new Date(at);
  return make('time', { datetime: date.toISOString() }, [date.toLocaleTimeString()]);
}
