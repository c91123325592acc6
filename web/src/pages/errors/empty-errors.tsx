import { Link } from '@tanstack/react-router';
import { CopyButton } from '../../kit/copy-button.tsx';
import { EmptyState } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import { senderUrl, sentrySnippet } from '../data/snippets.ts';
import { useRejections } from '../data/use-data.ts';
import classes from './errors.module.css';

/** No error has ever come: how a Sentry SDK sends them. */
export function EmptyErrors({ plan }: { readonly plan: string }) {
  const rejections = useRejections(plan);
  const intakeUrl = rejections.data?.intakeUrl;
  const url = intakeUrl === undefined ? 'http://127.0.0.1:4318' : senderUrl(intakeUrl, window.location.hostname);
  const text = sentrySnippet(url, undefined);
  return (
    <EmptyState title="No errors yet">
      <p className={classes.emptyText}>
        The Sentry SDK that a product has already sends them here: it takes nothing but another DSN, which is made on{' '}
        <Link to={paths.data(plan)}>the page Data</Link> or by <code>watchbill key create --for sentry</code>.
      </p>
      <div className={classes.snippetBox}>
        <pre className={classes.snippet}>{text}</pre>
        <CopyButton what="Snippet" value={text} />
      </div>
      <p className={classes.emptyText}>
        Exceptions in spans and logs of OpenTelemetry come too, and events named <code>error</code>.
      </p>
    </EmptyState>
  );
}
