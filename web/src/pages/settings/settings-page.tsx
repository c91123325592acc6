import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { sessionQuery, useMay } from '../../api/session.ts';
import { Page } from '../../kit/page.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import { AuditSection } from './audit-section.tsx';
import { ChannelsSection } from './channels-section.tsx';
import { PasswordAgain } from './password-again.tsx';
import { PeopleSection } from './people-section.tsx';
import classes from './settings.module.css';
import { findSection, type SettingsSection, sectionNames } from './settings-sections.ts';
import { TokensSection } from './tokens-section.tsx';
import { useSettingsPlan } from './use-settings-plan.tsx';
import { YouSection } from './you-section.tsx';

const sentences: Readonly<Record<SettingsSection, string>> = {
  you: 'Your account, your password, and where you are signed in.',
  people: 'Who may sign in and as what, and whom the plan knows.',
  channels: 'How messages reach people, and whether they do.',
  tokens: 'What programs use the API with.',
  audit: 'Who did what, written down so that nothing can be taken out unseen.',
};

/** The settings: a tab for each section that the reader may do something in. */
export function SettingsPage() {
  const { section: named } = useParams({ strict: false }) as { readonly section?: string };
  const section = findSection(named);
  const { data: session, error, refetch } = useQuery(sessionQuery);
  const plan = useSettingsPlan();
  const may: Readonly<Record<SettingsSection, boolean>> = {
    you: true,
    people: useMay('administer') || plan.chosen !== undefined,
    channels: plan.chosen !== undefined,
    tokens: useMay('administer'),
    audit: useMay('audit'),
  };

  if (session === undefined) {
    return (
      <Page title="Settings">
        {error === null ? (
          <RowsSkeleton rows={6} height={60} />
        ) : (
          <ErrorState error={error} title="The settings could not be loaded" onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  const bodies: Readonly<Record<SettingsSection, () => ReactNode>> = {
    you: () => <YouSection session={session} />,
    people: () => <PeopleSection session={session} plan={plan} />,
    channels: () => <ChannelsSection plan={plan} />,
    tokens: () => <TokensSection session={session} plan={plan} />,
    audit: () => <AuditSection />,
  };
  return (
    <PasswordAgain>
      <Page
        title={section === undefined || section === 'you' ? 'Settings' : `Settings: ${sectionNames[section]}`}
        state={section === undefined ? undefined : sentences[section]}
      >
        <nav className={classes.tabs} aria-label="Settings">
          {(Object.keys(sectionNames) as SettingsSection[])
            .filter((name) => may[name])
            .map((name) => (
              <Link
                key={name}
                to={name === 'you' ? paths.settings() : paths.settingsSection(name)}
                className={classes.tab}
                activeOptions={{ exact: true }}
                aria-current={name === section ? 'page' : undefined}
              >
                {sectionNames[name]}
              </Link>
            ))}
        </nav>
        {section === undefined ? (
          <EmptyState title={`There are no settings “${named}”`}>Those that there are stand above.</EmptyState>
        ) : may[section] ? (
          bodies[section]()
        ) : plan.isLoading ? (
          <RowsSkeleton rows={6} height={60} />
        ) : (
          <NotYours section={section} />
        )}
      </Page>
    </PasswordAgain>
  );
}

function NotYours({ section }: { readonly section: SettingsSection }) {
  return section === 'channels' || section === 'people' ? (
    <EmptyState title="No plan yet" snippet="npx watchbill apply plan.yaml">
      Channels and people stand in a plan, and there is none that you may read. Whoever may edit plans applies the
      first:
    </EmptyState>
  ) : (
    <EmptyState title={`${sectionNames[section]}: for administrators`}>
      It takes the level admin or owner on this server. An owner can give it to you under “People”.
    </EmptyState>
  );
}
