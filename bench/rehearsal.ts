import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScenario } from '#rehearsal/run-scenario.ts';

/** 24 hours of launch with half a million events, by the tea shop's plan: the goal is 5 s. */
const path = join(import.meta.dirname, '../examples/tea-shop/plan.yaml');
const scenario = `scenario: A day of half a million events
steps:
  - at T+0:
      - load requests at 5/s at random with status = 500 in 0.3%, status = 200, duration around 40ms
      - load payments at 0.79/s at random with outcome = "ok" in 99%, outcome = "declined"
      - load health at 2/min with memory between 120 and 150
  - at T+6h: load payments at 0.79/s at random with outcome = "declined"
  - at T+7h: load payments at 0.79/s at random with outcome = "ok" in 99%, outcome = "declined"
  - at T+12h: load requests at 5/s at random with status = 500 in 8%, status = 200, duration around 40ms
  - at T+13h: load requests at 5/s at random with status = 500 in 0.3%, status = 200, duration around 40ms
  - at T+24h: expect alert payments-failing resolved
`;

for (let run = 1; run <= 3; run += 1) {
  const begin = performance.now();
  const result = runScenario({
    planFiles: [{ path: 'plan.yaml', text: readFileSync(path, 'utf8') }],
    scenario: { path: 'day.scenario.yaml', text: scenario },
    readFile: () => undefined,
  });
  const seconds = (performance.now() - begin) / 1_000;
  if (result.state !== 'passed') throw new Error(`The scenario is ${result.state}:\n${result.timeline}`);
  const rate = Math.round(result.events / seconds).toLocaleString('en');
  console.log(`run ${run}: 24 h with ${result.events} events in ${seconds.toFixed(2)} s (${rate} events/s)`);
}
