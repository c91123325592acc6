import { expect, test } from 'vitest';
import { paths, patterns, safeAfter } from './paths.ts';

test('every address of the app', () => {
  const plan = 'tea shop/1';
  expect({
    home: paths.home(),
    setUp: paths.setUp(),
    signIn: paths.signIn(),
    signInAfter: paths.signIn('/plans/tea/alerts?state=open'),
    invitation: paths.invitation(),
    newPassword: paths.newPassword(),
    missionControl: paths.missionControl(plan),
    signals: paths.signals(plan),
    signal: paths.signal(plan, 'a/b'),
    alerts: paths.alerts(plan),
    alert: paths.alert(plan, 'A-12'),
    inbox: paths.inbox(plan),
    deliveries: paths.deliveries(plan),
    plan: paths.plan(plan),
    data: paths.data(plan),
    rehearse: paths.rehearse(plan),
    settings: paths.settings(),
    settingsSection: paths.settingsSection('channels'),
    health: paths.health(),
  }).toMatchInlineSnapshot(`
    {
      "alert": "/plans/tea%20shop%2F1/alerts/A-12",
      "alerts": "/plans/tea%20shop%2F1/alerts",
      "data": "/plans/tea%20shop%2F1/data",
      "deliveries": "/plans/tea%20shop%2F1/deliveries",
      "health": "/health",
      "home": "/",
      "inbox": "/plans/tea%20shop%2F1/inbox",
      "invitation": "/invitation",
      "missionControl": "/plans/tea%20shop%2F1",
      "newPassword": "/reset-password",
      "plan": "/plans/tea%20shop%2F1/plan",
      "rehearse": "/plans/tea%20shop%2F1/rehearse",
      "setUp": "/set-up",
      "settings": "/settings",
      "settingsSection": "/settings/channels",
      "signIn": "/sign-in",
      "signInAfter": "/sign-in?after=%2Fplans%2Ftea%2Falerts%3Fstate%3Dopen",
      "signal": "/plans/tea%20shop%2F1/signals/a%2Fb",
      "signals": "/plans/tea%20shop%2F1/signals",
    }
  `);
});

test('every pattern has its function', () => {
  expect(Object.keys(paths).sort()).toEqual(Object.keys(patterns).sort());
});

test.each([
  ['/plans/tea/alerts', '/plans/tea/alerts'],
  ['/', '/'],
  [undefined, '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?after=/sign-in', '/'],
  // Browsers leave out tabs and line breaks before they read an address.
  ['/\t/evil.example', '/'],
  ['/\n\\evil.example', '/'],
])('after signing in, %s leads to %s', (after, leads) => {
  expect(safeAfter(after)).toBe(leads);
});

test('a second refusal on the way to the sign-in keeps where the reader wanted to go', () => {
  const first = paths.signIn('/plans/shop/alerts/A-1');
  expect(first).toBe('/sign-in?after=%2Fplans%2Fshop%2Falerts%2FA-1');
  expect(paths.signIn(first)).toBe(first);
});
