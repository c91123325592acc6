import { Link } from '@tanstack/react-router';
import { useOverview } from '../../api/overview.ts';
import { plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import { ChannelRow } from './channel-row.tsx';
import { MoreChannels } from './more-channels.tsx';
import classes from './settings.module.css';
import { useChannels } from './use-channels.ts';
import { PlanChoice, type SettingsPlan } from './use-settings-plan.tsx';

/** The channels of a plan: what they are set to, how they do, a test, and how to add another. */
export function ChannelsSection({ plan }: { readonly plan: SettingsPlan }) {
  return plan.chosen === undefined ? null : <ChannelsOf key={plan.chosen} plan={plan} chosen={plan.chosen} />;
}

function ChannelsOf({ plan, chosen }: { readonly plan: SettingsPlan; readonly chosen: string }) {
  const { data, error, refetch } = useChannels(chosen);
  const { data: overview } = useOverview(chosen);
  return (
    <>
      <Section
        title={`Channels of ${overview?.title ?? chosen}`}
        aside={
          plan.all.length > 1 ? (
            <PlanChoice plan={plan} />
          ) : data === undefined ? undefined : (
            <span className={classes.whole}>{plural(data.length, 'channel')}</span>
          )
        }
      >
        {error !== null && data === undefined ? (
          <ErrorState error={error} title="The channels could not be loaded" onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <RowsSkeleton rows={3} height={132} />
        ) : (
          <ul className={classes.list}>
            {data.map((channel) => (
              <ChannelRow
                key={channel.channel}
                plan={chosen}
                channel={channel}
                you={overview?.people.find(({ you }) => you === true)?.name}
              />
            ))}
          </ul>
        )}
        <p className={classes.quiet}>
          Channels are written in <Link to={paths.plan(chosen)}>the plan</Link>; each message stands under{' '}
          <Link to={paths.deliveries(chosen)}>Deliveries</Link>.
        </p>
      </Section>
      {data === undefined ? null : <MoreChannels plan={chosen} channels={data} />}
    </>
  );
}
