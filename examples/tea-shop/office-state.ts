import type { FaultName } from './faults.ts';
import type { FiguresSnapshot } from './figures.ts';
import type { ToldMessage } from './told.ts';

/** What the page shows, sent to it once a second as the event `shop`. */
export interface OfficeState {
  /** Milliseconds since 1970, by the shop's clock. */
  readonly now: number;
  readonly figures: FiguresSnapshot;
  readonly faults: readonly FaultState[];
  /** What became of the events for Watchbill. */
  readonly telemetry: { readonly sent: number; readonly rejected: number; readonly dropped: number };
  /** Where customers come in. */
  readonly shopUrl: string;
  /** Where the shop is watched; absent when nobody said. */
  readonly watchbillUrl?: string;
}

export interface FaultState {
  readonly name: FaultName;
  readonly label: string;
  readonly effect: string;
  readonly on: boolean;
}

/** A message as the page lists it, sent as the event `told` whenever there is another; a mail's HTML is fetched apart. */
export type ToldState = Omit<ToldMessage, 'html'> & { readonly key: string; readonly hasHtml: boolean };

/** What `POST /buy` answers. */
export interface BuyAnswer {
  readonly outcome: 'sold' | 'refused' | 'closed';
  readonly text: string;
}
