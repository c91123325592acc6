import { Link } from '@tanstack/react-router';
import { CopyButton } from '../../kit/copy-button.tsx';
import { EmptyState } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import { senderUrl, snippet } from '../data/snippets.ts';
import { useRejections } from '../data/use-data.ts';
import classes from './logs.module.css';

/** No line has ever come: how to send them. */
export function EmptyLogs({ plan }: { readonly plan: string }) {
  const rejections = useRejections(plan);
  const intakeUrl = rejections.data?.intakeUrl;
  const url = intakeUrl === undefined ? 'http://127.0.0.1:4318' : senderUrl(intakeUrl, window.location.hostname);
  const otlp = [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`,
    'export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20$WATCHBILL_INGEST_KEY"',
    'export OTEL_LOGS_EXPORTER=otlp',
  ].join('\n');
  const event = { name: 'log', fields: { level: 'info', service: 'api', message: 'it runs' } };
  const curl = snippet('curl', { url, key: undefined, event });
  return (
    <EmptyState title="No log lines yet">
      <p className={classes.emptyText}>
        An OpenTelemetry SDK or collector sends them with these settings. A key is made on{' '}
        <Link to={paths.data(plan)}>the page Data</Link>.
      </p>
      <Snippet what="Settings" text={otlp} />
      <p className={classes.emptyText}>Anything else posts them as events:</p>
      <Snippet what="Command" text={curl} />
      <p className={classes.emptyText}>They stand here about two seconds after they were sent.</p>
    </EmptyState>
  );
}

function Snippet({ what, text }: { readonly what: string; readonly text: string }) {
  return (
    <div className={classes.snippetBox}>
      <pre className={classes.snippet}>{text}</pre>
      <CopyButton what={what} value={text} />
    </div>
  );
}
