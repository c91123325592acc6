import type { AlertDetailAnswer } from '#contract/alerts.ts';
import { DeliveryRow } from '../deliveries/delivery-row.tsx';
import classes from './alert.module.css';

/** Every message of the alert with its attempts; who was not told, and why, stands in the timeline. */
export function AlertMessages({ plan, detail }: { readonly plan: string; readonly detail: AlertDetailAnswer }) {
  const { notifications, timeline } = detail;
  const refused = timeline.filter(({ kind }) => kind === 'not-notified').at(-1);
  return (
    <>
      {notifications.length === 0 ? (
        <p className={classes.quiet}>Nobody{refused === undefined ? ' yet.' : `: ${refused.reasonText}.`}</p>
      ) : (
        <ul className={classes.messages}>
          {notifications.toReversed().map((delivery) => (
            <DeliveryRow key={delivery.id} plan={plan} delivery={delivery} attempts={delivery.attempts} within />
          ))}
        </ul>
      )}
    </>
  );
}
