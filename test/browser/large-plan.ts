/** A plan as large as a mission control should bear: each signal has an objective, each service a rule. */
export function largePlan(signals: number, services: number): string {
  const name = (index: number): string => `s${String(index).padStart(3, '0')}`;
  const all = Array.from({ length: signals }, (_, index) => index);
  const lines = [
    'plan: large',
    'title: A large shop',
    'timezone: UTC',
    'launch: 2026-01-01 00:00',
    'people: { mia: { email: mia@tea.example } }',
    'sources: { steps: events "step" }',
    'severities: { soon: { notify: [mia by app] } }',
    'services:',
    ...Array.from({ length: services }, (_, index) => `  service-${index}: { importance: important }`),
    'signals:',
    ...all.map((index) => `  ${name(index)}: count(steps where part = "${name(index)}") over 1m`),
    'objectives:',
    ...all.map((index) => `  ${name(index)}: target < 100000, critical > 200000`),
    'rules:',
    ...Array.from(
      { length: services },
      (_, index) => `  rule-${index}: { when: ${name(index)} > 200000, severity: soon, service: service-${index} }`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** One event of every part. */
export function stepOfEveryPart(signals: number): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: signals }, (_, index) => ({ name: 'step', part: `s${String(index).padStart(3, '0')}` }));
}
