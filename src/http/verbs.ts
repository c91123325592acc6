import { acknowledgeAlert } from './alerts/acknowledge-alert.ts';
import { getAlert } from './alerts/get-alert.ts';
import { listAlerts } from './alerts/list-alerts.ts';
import { listAssessments } from './assessments/list-assessments.ts';
import { listAudit } from './audit/list-audit.ts';
import { verifyAudit } from './audit/verify-audit.ts';
import { listChannels } from './channels/list-channels.ts';
import { testChannel } from './channels/test-channel.ts';
import { testOwnChannel } from './channels/test-own-channel.ts';
import { getComparison } from './comparisons/get-comparison.ts';
import { listComparisons } from './comparisons/list-comparisons.ts';
import { markNotAvailable } from './comparisons/mark-not-available.ts';
import { settleComparison } from './comparisons/settle-comparison.ts';
import { uploadList } from './comparisons/upload-list.ts';
import { listEventRates } from './data/list-event-rates.ts';
import { listEvents } from './data/list-events.ts';
import { listFields } from './data/list-fields.ts';
import { listRejections } from './data/list-rejections.ts';
import { listDeliveries } from './deliveries/list-deliveries.ts';
import { listDeployments } from './deployments/list-deployments.ts';
import { changeError } from './errors/change-error.ts';
import { getError } from './errors/get-error.ts';
import { listErrors } from './errors/list-errors.ts';
import { getHealth } from './health/get-health.ts';
import { listHeartbeats } from './heartbeats/list-heartbeats.ts';
import { explainSubject } from './journal/explain-subject.ts';
import { listFacts } from './journal/list-facts.ts';
import { listInbox } from './journal/list-inbox.ts';
import { createKey } from './keys/create-key.ts';
import { listKeys } from './keys/list-keys.ts';
import { revokeKey } from './keys/revoke-key.ts';
import { followPlan } from './live/follow-plan.ts';
import { followLogs } from './logs/follow-logs.ts';
import { getLogContext } from './logs/get-log-context.ts';
import { listLogs } from './logs/list-logs.ts';
import { summariseLogs } from './logs/summarise-logs.ts';
import { acceptInvitation } from './members/accept-invitation.ts';
import { changeMember } from './members/change-member.ts';
import { createInvitation } from './members/create-invitation.ts';
import { createResetLink } from './members/create-reset-link.ts';
import { listInvitations } from './members/list-invitations.ts';
import { listMembers } from './members/list-members.ts';
import { openInvitation } from './members/open-invitation.ts';
import { removeMember } from './members/remove-member.ts';
import { withdrawInvitation } from './members/withdraw-invitation.ts';
import { listMetrics } from './metrics/list-metrics.ts';
import { getOverview } from './overview/get-overview.ts';
import { listPlans } from './overview/list-plans.ts';
import { listServices } from './plan-services/list-services.ts';
import { applyPlan } from './plans/apply-plan.ts';
import { applyPlanVersion } from './plans/apply-plan-version.ts';
import { getPlanVersion } from './plans/get-plan-version.ts';
import { launchPlan } from './plans/launch-plan.ts';
import { listPlanVersions } from './plans/list-plan-versions.ts';
import { getProbe } from './probes/get-probe.ts';
import { listProbes } from './probes/list-probes.ts';
import { listScenarios } from './rehearsals/list-scenarios.ts';
import { runRehearsal } from './rehearsals/run-rehearsal.ts';
import { judgeSample } from './reviews/judge-sample.ts';
import { listReviews } from './reviews/list-reviews.ts';
import { listSamples } from './reviews/list-samples.ts';
import { listScrapes } from './scrapes/list-scrapes.ts';
import { listSearches } from './searches/list-searches.ts';
import { changePassword } from './sign-in/change-password.ts';
import { confirmPassword } from './sign-in/confirm-password.ts';
import { endSession } from './sign-in/end-session.ts';
import { getSession } from './sign-in/get-session.ts';
import { getSignInState } from './sign-in/get-sign-in-state.ts';
import { listSessions } from './sign-in/list-sessions.ts';
import { resetPassword } from './sign-in/reset-password.ts';
import { setUp } from './sign-in/set-up.ts';
import { signIn } from './sign-in/sign-in.ts';
import { signOut } from './sign-in/sign-out.ts';
import { getSignalSeries } from './signals/get-signal-series.ts';
import { listSeries } from './signals/list-series.ts';
import { endSilence } from './silences/end-silence.ts';
import { listSilences } from './silences/list-silences.ts';
import { silenceRule } from './silences/silence-rule.ts';
import { getStatus } from './status/get-status.ts';
import { createToken } from './tokens/create-token.ts';
import { listTokens } from './tokens/list-tokens.ts';
import { revokeToken } from './tokens/revoke-token.ts';
import { getTrace } from './traces/get-trace.ts';
import { forgetUser } from './users/forget-user.ts';
import type { Verb } from './verb.ts';
import { listWebhooks } from './webhooks/list-webhooks.ts';

/** What each route of `src/contract/routes.ts` does, by the same name. */
export const verbs: readonly Verb[] = [
  getStatus,
  applyPlan,
  listPlanVersions,
  getPlanVersion,
  applyPlanVersion,
  launchPlan,
  listScenarios,
  runRehearsal,
  explainSubject,
  listFacts,
  listInbox,
  listAlerts,
  getAlert,
  acknowledgeAlert,
  listSilences,
  silenceRule,
  endSilence,
  listDeliveries,
  listErrors,
  getError,
  changeError,
  createKey,
  listKeys,
  revokeKey,
  listChannels,
  testChannel,
  testOwnChannel,
  listPlans,
  getOverview,
  followPlan,
  listSeries,
  getSignalSeries,
  listEvents,
  listFields,
  listRejections,
  listEventRates,
  listLogs,
  summariseLogs,
  getLogContext,
  followLogs,
  listSearches,
  getTrace,
  listDeployments,
  listMetrics,
  listScrapes,
  listWebhooks,
  listProbes,
  getProbe,
  listHeartbeats,
  listServices,
  listAssessments,
  listReviews,
  listSamples,
  judgeSample,
  listComparisons,
  getComparison,
  uploadList,
  settleComparison,
  markNotAvailable,
  forgetUser,
  getHealth,
  getSignInState,
  setUp,
  signIn,
  signOut,
  getSession,
  confirmPassword,
  listSessions,
  endSession,
  changePassword,
  resetPassword,
  listMembers,
  changeMember,
  removeMember,
  createResetLink,
  listInvitations,
  createInvitation,
  withdrawInvitation,
  openInvitation,
  acceptInvitation,
  listTokens,
  createToken,
  revokeToken,
  listAudit,
  verifyAudit,
];
