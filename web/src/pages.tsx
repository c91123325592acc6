import type { ComponentType } from 'react';
import type { IconName } from './kit/icon.tsx';
import { type Pattern, patterns } from './paths.ts';

/** A page of the app. A line here is all that registers it: route, navigation, keyboard and command palette follow. */
export interface PageEntry {
  readonly name: string;
  readonly pattern: Pattern;
  /** Loads its code, so that each page is a chunk of its own. */
  readonly load: () => Promise<ComponentType>;
  /** `bare` pages have no shell around them and need no session. */
  readonly frame: 'shell' | 'bare';
  /** Left out for pages that are reached from others. */
  readonly navigation?: {
    readonly icon: IconName;
    /** Pressed after `g`. */
    readonly key: string;
    /** On a phone it stands in the bar at the bottom; the others are behind "More". */
    readonly onPhone?: true;
    /** There, where the name is too long. */
    readonly phoneName?: string;
  };
}

/** Every page that exists, in the order of the navigation. */
export const pages: readonly PageEntry[] = [
  {
    name: 'Mission control',
    pattern: patterns.missionControl,
    load: async () => (await import('./pages/mission-control/mission-control-page.tsx')).MissionControlPage,
    frame: 'shell',
    navigation: { icon: 'gauge', key: 'm', onPhone: true, phoneName: 'Mission' },
  },
  {
    name: 'Signals',
    pattern: patterns.signals,
    load: async () => (await import('./pages/signals/signals-page.tsx')).SignalsPage,
    frame: 'shell',
    navigation: { icon: 'chart', key: 's', onPhone: true },
  },
  {
    name: 'Signal',
    pattern: patterns.signal,
    load: async () => (await import('./pages/signals/signal-page.tsx')).SignalPage,
    frame: 'shell',
  },
  {
    name: 'Alerts',
    pattern: patterns.alerts,
    load: async () => (await import('./pages/alerts/alerts-page.tsx')).AlertsPage,
    frame: 'shell',
    navigation: { icon: 'bell', key: 'a', onPhone: true },
  },
  {
    name: 'Alert',
    pattern: patterns.alert,
    load: async () => (await import('./pages/alerts/alert-page.tsx')).AlertPage,
    frame: 'shell',
  },
  {
    name: 'Inbox',
    pattern: patterns.inbox,
    load: async () => (await import('./pages/inbox/inbox-page.tsx')).InboxPage,
    frame: 'shell',
    navigation: { icon: 'inbox', key: 'i', onPhone: true },
  },
  {
    name: 'Deliveries',
    pattern: patterns.deliveries,
    load: async () => (await import('./pages/deliveries/deliveries-page.tsx')).DeliveriesPage,
    frame: 'shell',
    navigation: { icon: 'send', key: 'l' },
  },
  {
    name: 'Plan',
    pattern: patterns.plan,
    load: async () => (await import('./pages/plan/plan-page.tsx')).PlanPage,
    frame: 'shell',
    navigation: { icon: 'plan', key: 'p' },
  },
  {
    name: 'Data',
    pattern: patterns.data,
    load: async () => (await import('./pages/data/data-page.tsx')).DataPage,
    frame: 'shell',
    navigation: { icon: 'data', key: 'd' },
  },
  {
    name: 'Services',
    pattern: patterns.services,
    load: async () => (await import('./pages/services/services-page.tsx')).ServicesPage,
    frame: 'shell',
    navigation: { icon: 'map', key: 'v' },
  },
  {
    name: 'Probes',
    pattern: patterns.probes,
    load: async () => (await import('./pages/probes/probes-page.tsx')).ProbesPage,
    frame: 'shell',
    navigation: { icon: 'radar', key: 'b' },
  },
  {
    name: 'Probe',
    pattern: patterns.probe,
    load: async () => (await import('./pages/probes/probe-page.tsx')).ProbePage,
    frame: 'shell',
  },
  {
    name: 'Reviews',
    pattern: patterns.reviews,
    load: async () => (await import('./pages/reviews/reviews-page.tsx')).ReviewsPage,
    frame: 'shell',
    navigation: { icon: 'check', key: 'w' },
  },
  {
    name: 'Verdicts',
    pattern: patterns.verdicts,
    load: async () => (await import('./pages/verdicts/verdicts-page.tsx')).VerdictsPage,
    frame: 'shell',
    navigation: { icon: 'shield', key: 't' },
  },
  {
    name: 'Errors',
    pattern: patterns.errors,
    load: async () => (await import('./pages/errors/errors-page.tsx')).ErrorsPage,
    frame: 'shell',
    navigation: { icon: 'bug', key: 'e' },
  },
  {
    name: 'Error',
    pattern: patterns.error,
    load: async () => (await import('./pages/errors/error-page.tsx')).ErrorPage,
    frame: 'shell',
  },
  {
    name: 'Logs',
    pattern: patterns.logs,
    load: async () => (await import('./pages/logs/logs-page.tsx')).LogsPage,
    frame: 'shell',
    navigation: { icon: 'lines', key: 'o' },
  },
  {
    name: 'Trace',
    pattern: patterns.trace,
    load: async () => (await import('./pages/traces/trace-page.tsx')).TracePage,
    frame: 'shell',
  },
  {
    name: 'Rehearse',
    pattern: patterns.rehearse,
    load: async () => (await import('./pages/rehearse/rehearse-page.tsx')).RehearsePage,
    frame: 'shell',
    navigation: { icon: 'play', key: 'r' },
  },
  {
    name: 'Settings',
    pattern: patterns.settings,
    load: async () => (await import('./pages/settings/settings-page.tsx')).SettingsPage,
    frame: 'shell',
    navigation: { icon: 'settings', key: ',' },
  },
  {
    name: 'Section of the settings',
    pattern: patterns.settingsSection,
    load: async () => (await import('./pages/settings/settings-page.tsx')).SettingsPage,
    frame: 'shell',
  },
  {
    name: 'Health',
    pattern: patterns.health,
    load: async () => (await import('./pages/health/health-page.tsx')).HealthPage,
    frame: 'shell',
    navigation: { icon: 'heart', key: 'h' },
  },
  {
    name: 'Home',
    pattern: patterns.home,
    load: async () => (await import('./pages/home/home-page.tsx')).HomePage,
    frame: 'bare',
  },
  {
    name: 'Sign in',
    pattern: patterns.signIn,
    load: async () => (await import('./pages/sign-in/sign-in-page.tsx')).SignInPage,
    frame: 'bare',
  },
  {
    name: 'Set up',
    pattern: patterns.setUp,
    load: async () => (await import('./pages/sign-in/set-up-page.tsx')).SetUpPage,
    frame: 'bare',
  },
  {
    name: 'Invitation',
    pattern: patterns.invitation,
    load: async () => (await import('./pages/sign-in/invitation-page.tsx')).InvitationPage,
    frame: 'bare',
  },
  {
    name: 'New password',
    pattern: patterns.newPassword,
    load: async () => (await import('./pages/sign-in/new-password-page.tsx')).NewPasswordPage,
    frame: 'bare',
  },
];
