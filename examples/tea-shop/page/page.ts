import type { FaultName } from '../faults.ts';
import type { BuyAnswer, FaultState, OfficeState, ToldState } from '../office-state.ts';
import { byId, make, setText } from './element.ts';
import { drawSparkline, type Line } from './sparkline.ts';
import { createToldList } from './told-list.ts';

const SECONDS_SHOWN = 120;

const toldList = createToldList();
const switches = new Map<FaultName, HTMLButtonElement>();
let newestOrder: string | undefined;

function showState(state: OfficeState): void {
  const { figures, telemetry } = state;
  const failing = figures.failedPaymentsPerMinute;
  showFigure(
    'orders',
    String(figures.ordersPerMinute),
    '',
    `${failing === 0 ? 'no' : failing} failed ${failing === 1 ? 'payment' : 'payments'} a minute · ${money(figures.revenue)} since opening`,
    [
      { values: figures.orders, kind: 'main' },
      { values: figures.failedPayments, kind: 'bad' },
    ],
    8,
  );
  showFigure(
    'sign-ups',
    String(figures.signUpsPerMinute),
    '',
    `${figures.signUps.slice(-10).reduce((sum, count) => sum + count, 0)} in the last 10 seconds`,
    [{ values: figures.signUps, kind: 'main' }],
    3,
  );
  const response = figures.recentResponseMs;
  const slow = response !== null && response >= 1_000;
  showFigure(
    'response',
    response === null ? '–' : slow ? (response / 1_000).toFixed(1) : String(Math.round(response)),
    response === null ? '' : slow ? 's' : 'ms',
    response === null ? 'nobody was served in the last 10 seconds' : '95 of 100 pages are quicker',
    [{ values: figures.responseMs, kind: 'main' }],
    200,
  );
  showFigure(
    'memory',
    String(Math.round(figures.memoryMb.at(-1) ?? 0)),
    'MB',
    "of the shop's process",
    [{ values: figures.memoryMb, kind: 'main' }],
    400,
  );
  showFaults(state.faults);
  showDoor(state.faults);
  showOrders(state);
  const { sent, rejected, dropped } = telemetry;
  const lost = rejected + dropped === 0 ? 'none lost' : `${rejected} refused, ${dropped} given up`;
  setText(byId('telemetry'), `${sent.toLocaleString()} events sent to Watchbill, ${lost}`);
  byId<HTMLAnchorElement>('shop-door').href = state.shopUrl;
  const watched = byId<HTMLAnchorElement>('watched');
  watched.hidden = state.watchbillUrl === undefined;
  if (state.watchbillUrl !== undefined) watched.href = state.watchbillUrl;
}

function showFigure(
  id: string,
  value: string,
  unit: string,
  note: string,
  lines: readonly Line[],
  usualMost: number,
): void {
  const place = byId(id);
  const valuePlace = place.querySelector('[data-value]');
  const chart = place.querySelector('[data-chart]');
  const notePlace = place.querySelector('[data-note]');
  if (valuePlace === null || chart === null || notePlace === null) return;
  if (valuePlace.textContent !== value + (unit === '' ? '' : ` ${unit}`)) {
    valuePlace.replaceChildren(value, ...(unit === '' ? [] : [make('small', {}, [` ${unit}`])]));
  }
  setText(notePlace, note);
  const title = place.querySelector('h2')?.textContent ?? '';
  drawSparkline(chart, lines, SECONDS_SHOWN, usualMost, `${title} over the last two minutes, now ${value} ${unit}`);
}

function showFaults(faults: readonly FaultState[]): void {
  for (const fault of faults) {
    const button = switches.get(fault.name) ?? addSwitch(fault);
    button.setAttribute('aria-checked', String(fault.on));
    const word = button.querySelector('.state');
    if (word !== null) setText(word, fault.on ? 'broken' : 'works');
  }
}

function addSwitch(fault: FaultState): HTMLButtonElement {
  const effectId = `effect-${fault.name}`;
  const button = make(
    'button',
    {
      type: 'button',
      role: 'switch',
      'aria-label': fault.label,
      'aria-describedby': effectId,
      'aria-checked': 'false',
    },
    [
      make('span', { class: 'words' }, [
        make('strong', {}, [fault.label]),
        make('span', { class: 'effect', id: effectId }, [fault.effect]),
      ]),
      make('span', { class: 'state', 'aria-hidden': 'true' }, ['works']),
      make('span', { class: 'track', 'aria-hidden': 'true' }),
    ],
  ) as HTMLButtonElement;
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-checked') !== 'true';
    void post(`/faults/${fault.name}`, { on }).catch(() => showLost(true));
  });
  byId('faults').append(make('li', {}, [button]));
  switches.set(fault.name, button);
  return button;
}

function showDoor(faults: readonly FaultState[]): void {
  const broken = faults.filter(({ on }) => on);
  const down = broken.some(({ name }) => name === 'down');
  byId('door').dataset.state = down ? 'down' : broken.length > 0 ? 'broken' : 'open';
  setText(
    byId('door-text'),
    down ? 'closed' : broken.length > 0 ? `open, ${broken.map(({ label }) => label.toLowerCase()).join(', ')}` : 'open',
  );
}

function showOrders({ figures, now }: OfficeState): void {
  const place = byId('latest-orders');
  const known = newestOrder;
  newestOrder = figures.latestOrders[0]?.id;
  const isNew = new Set<string>();
  for (const order of figures.latestOrders) {
    if (order.id === known) break;
    isNew.add(order.id);
  }
  place.replaceChildren(
    ...figures.latestOrders.map((order) =>
      make('li', known !== undefined && isNew.has(order.id) ? { class: 'new' } : {}, [
        make('span', { class: 'what' }, [`${order.quantity} × ${order.product}`]),
        make('span', { class: 'who' }, [order.user === 'you' ? 'you' : order.user.replace('_', ' ')]),
        make('span', { class: 'amount' }, [money(order.amount)]),
        make('span', { class: 'ago' }, [ago(now - order.at)]),
      ]),
    ),
  );
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return seconds < 2 ? 'now' : seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}

const dollars = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' });

function money(amount: number): string {
  return dollars.format(amount);
}

async function post<Answer>(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}

function showLost(lost: boolean): void {
  byId('lost').hidden = !lost;
}

byId<HTMLFormElement>('buy').addEventListener('submit', (event) => {
  event.preventDefault();
  const product = byId<HTMLSelectElement>('product').value;
  const place = byId('sold');
  place.dataset.outcome = 'waiting';
  setText(place, 'Paying…');
  post<BuyAnswer>('/buy', { product, quantity: 1 }).then(
    ({ outcome, text }) => {
      place.dataset.outcome = outcome;
      setText(place, text);
    },
    () => showLost(true),
  );
});

const stream = new EventSource('/stream');
stream.addEventListener('shop', (event) => {
  showLost(false);
  showState(JSON.parse(event.data) as OfficeState);
});
stream.addEventListener('told', (event) => toldList.show(JSON.parse(event.data) as readonly ToldState[]));
stream.addEventListener('error', () => showLost(true));
