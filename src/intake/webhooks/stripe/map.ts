import type { StripeWebhook } from '#plan/webhook.ts';
import type { RecordBuilder } from '../../record-builder.ts';
import { type Delivery, flatten, idAt, mapAt, readTime, setValue, textAt } from '../delivery.ts';

/** What says how somebody pays, who and where they are, or opens something of theirs. None of it is needed to watch payments. */
const PRIVATE: ReadonlySet<string> = new Set([
  'account_holder_name',
  'account_number',
  'address',
  'bank_account',
  'billing_details',
  'card',
  'card_present',
  'client_secret',
  'customer_address',
  'customer_details',
  'customer_email',
  'customer_name',
  'customer_phone',
  'customer_shipping',
  'cvc',
  'email',
  'exp_month',
  'exp_year',
  'fingerprint',
  'hosted_invoice_url',
  'iban',
  'interac_present',
  'invoice_pdf',
  'last4',
  'number',
  'payment_method_details',
  'payment_method_options',
  'phone',
  'receipt_email',
  'receipt_number',
  'receipt_url',
  'routing_number',
  'sepa_debit',
  'shipping',
  'shipping_details',
  'source',
  'sources',
  'tax_ids',
  'us_bank_account',
]);

/**
 * An event of Stripe (https://docs.stripe.com/api/events): the values of its object under their own names, amounts in the smallest unit of
 * their currency as Stripe gives them.
 */
export function mapStripe(hook: StripeWebhook, { body }: Delivery, builder: RecordBuilder): void {
  const id = textAt(body, 'id');
  const type = textAt(body, 'type');
  if (id === undefined || type === undefined) {
    builder.refuse('field-invalid', 'An event of Stripe has an id and a type.');
    return;
  }
  const object = mapAt(body, 'data', 'object') ?? {};
  builder.set('webhook', hook.name);
  builder.set('type', type);
  setValue(builder, 'livemode', body['livemode']);
  setValue(builder, 'account', body['account']);
  setValue(builder, 'api_version', body['api_version']);
  flatten(builder, object, { without: PRIVATE });
  // Events of the second kind name the object that they are about instead of carrying it.
  flatten(builder, mapAt(body, 'related_object') ?? {}, { without: PRIVATE }, 'related_object.');
  builder.end({
    name: `webhook ${hook.name}`,
    id: `${hook.name}:${id}`,
    time: readTime(body['created']),
    user: idAt(object, 'customer') ?? idAt(object, 'customer', 'id'),
  });
}
