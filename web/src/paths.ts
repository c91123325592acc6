/**
 * The only place that writes addresses of the app. `patterns` are what the router knows; each function fills one of them.
 * Addresses of the API are written by the client from the contract's paths.
 */
export const patterns = {
  home: '/',
  setUp: '/set-up',
  signIn: '/sign-in',
  invitation: '/invitation',
  newPassword: '/reset-password',
  missionControl: '/plans/$plan',
  signals: '/plans/$plan/signals',
  signal: '/plans/$plan/signals/$signal',
  alerts: '/plans/$plan/alerts',
  alert: '/plans/$plan/alerts/$alert',
  inbox: '/plans/$plan/inbox',
  deliveries: '/plans/$plan/deliveries',
  plan: '/plans/$plan/plan',
  data: '/plans/$plan/data',
  probes: '/plans/$plan/probes',
  probe: '/plans/$plan/probes/$probe',
  services: '/plans/$plan/services',
  verdicts: '/plans/$plan/verdicts',
  reviews: '/plans/$plan/reviews',
  errors: '/plans/$plan/errors',
  error: '/plans/$plan/errors/$error',
  logs: '/plans/$plan/logs',
  trace: '/plans/$plan/traces/$trace',
  rehearse: '/plans/$plan/rehearse',
  settings: '/settings',
  settingsSection: '/settings/$section',
  health: '/health',
} as const;

export type Pattern = (typeof patterns)[keyof typeof patterns];

function fill(pattern: Pattern, parameters: Readonly<Record<string, string>> = {}): string {
  return pattern.replace(/\$(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
}

export const paths = {
  home: () => fill(patterns.home),
  setUp: () => fill(patterns.setUp),
  /** `after` is where to go once signed in; only an address of ours is followed. */
  signIn: (after?: string) => {
    // Several refusals come at once, and the later ones find the reader on the way there already: the first address counts.
    if (after?.startsWith(patterns.signIn)) return after;
    return fill(patterns.signIn) + (after === undefined ? '' : `?after=${encodeURIComponent(after)}`);
  },
  invitation: () => fill(patterns.invitation),
  newPassword: () => fill(patterns.newPassword),
  missionControl: (plan: string) => fill(patterns.missionControl, { plan }),
  signals: (plan: string) => fill(patterns.signals, { plan }),
  signal: (plan: string, signal: string) => fill(patterns.signal, { plan, signal }),
  alerts: (plan: string) => fill(patterns.alerts, { plan }),
  alert: (plan: string, alert: string) => fill(patterns.alert, { plan, alert }),
  /** Of one person, or of whoever is signed in. */
  inbox: (plan: string, person?: string) =>
    fill(patterns.inbox, { plan }) + (person === undefined ? '' : `?person=${encodeURIComponent(person)}`),
  deliveries: (plan: string) => fill(patterns.deliveries, { plan }),
  plan: (plan: string) => fill(patterns.plan, { plan }),
  data: (plan: string) => fill(patterns.data, { plan }),
  probes: (plan: string) => fill(patterns.probes, { plan }),
  probe: (plan: string, probe: string) => fill(patterns.probe, { plan, probe }),
  services: (plan: string) => fill(patterns.services, { plan }),
  verdicts: (plan: string) => fill(patterns.verdicts, { plan }),
  /** Of one review or comparison, or of whichever waits. */
  reviews: (plan: string, show?: string) =>
    fill(patterns.reviews, { plan }) + (show === undefined ? '' : `?show=${encodeURIComponent(show)}`),
  /** With what is looked for: `q` is what stands in the box, `from` and `to` are instants in ISO 8601. */
  errors: (plan: string) => fill(patterns.errors, { plan }),
  error: (plan: string, error: string) => fill(patterns.error, { plan, error }),
  logs: (plan: string, search: Readonly<Partial<Record<'q' | 'search' | 'from' | 'to', string>>> = {}) => {
    const asked = new URLSearchParams(search).toString();
    return fill(patterns.logs, { plan }) + (asked === '' ? '' : `?${asked}`);
  },
  /** `at` is the instant of something in it. */
  trace: (plan: string, trace: string, at?: string) =>
    fill(patterns.trace, { plan, trace }) + (at === undefined ? '' : `?at=${encodeURIComponent(at)}`),
  rehearse: (plan: string) => fill(patterns.rehearse, { plan }),
  settings: () => fill(patterns.settings),
  settingsSection: (section: string) => fill(patterns.settingsSection, { section }),
  health: () => fill(patterns.health),
};

/** Where to go after signing in: only below our own root, never another site. */
export function safeAfter(after: string | null | undefined): string {
  if (after === null || after === undefined) return paths.home();
  // `//host` and `/\host` are other sites for a browser, also with a tab or line break between, which it leaves out.
  return /^\/(?![/\\])\P{Cc}*$/u.test(after) && !after.startsWith(patterns.signIn) ? after : paths.home();
}
