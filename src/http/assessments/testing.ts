import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const assessmentsStandIn: ApiServices['assessments'] = {
  assessments: (plan) => record({ at: '2026-03-02T09:00:00.000Z', assessments: [] }, 'assessments', plan),
};

/** One call of each route. */
export const assessmentsCalls: readonly RouteCall[] = [
  { route: routes.listAssessments, path: '/api/plans/shop/assessments', asks: ['assessments', 'shop'] },
];
