import type { Core } from '#engine/core-process.ts';
import { requirePlan } from '../known-plan.ts';
import { viewAlert, viewAlertDetail } from './alert-view.ts';
import type { AlertServices } from './services.ts';

/** Alerts on the core. */
export function createAlertServices(core: Core): AlertServices {
  return {
    async list(plan, { state, rule, severity, before, limit }) {
      requirePlan(core, plan);
      const { rows, next } = await core.alerts(plan, {
        limit,
        ...(state === undefined ? {} : { state: state === 'open' ? 'firing' : 'resolved' }),
        ...(rule === undefined ? {} : { rule }),
        ...(severity === undefined ? {} : { severity }),
        ...(before === undefined ? {} : { before }),
      });
      return { alerts: rows.map(viewAlert), ...(next === undefined ? {} : { next }) };
    },
    async get(plan, alert) {
      requirePlan(core, plan);
      return viewAlertDetail(await core.alert(plan, alert));
    },
    async acknowledge(plan, command) {
      requirePlan(core, plan);
      return viewAlert(core.viewOf(plan, await core.acknowledge(plan, command)));
    },
  };
}
