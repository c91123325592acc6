/** The sources that need no line, with the name of their events. */
export const BUILT_IN_SOURCES: Readonly<Record<string, string>> = {
  requests: 'request',
  calls: 'call',
  queries: 'query',
  logs: 'log',
  errors: 'error',
  deployments: 'deployment',
  incidents: 'incident',
  alerts: 'alert',
  notifications: 'notification',
  tickets: 'ticket',
  surveys: 'survey',
  checks: 'check',
  items: 'item',
  costs: 'cost',
};
