import { acknowledgeAlert, getAlert, listAlerts } from './alerts.ts';
import { listAssessments } from './assessments.ts';
import { listAudit, verifyAudit } from './audit.ts';
import { listChannels, testChannel, testOwnChannel } from './channels.ts';
import { getComparison, listComparisons, markNotAvailable, settleComparison, uploadList } from './comparisons.ts';
import { listEventRates, listEvents, listFields, listRejections } from './data.ts';
import { listDeliveries } from './deliveries.ts';
import { listDeployments } from './deployments.ts';
import { changeError, getError, listErrors } from './errors.ts';
import { getHealth } from './health.ts';
import { listHeartbeats } from './heartbeats.ts';
import { explainSubject, listFacts, listInbox } from './journal.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { followPlan } from './live.ts';
import { followLogs, getLogContext, listLogs, summariseLogs } from './logs.ts';
import {
  acceptInvitation,
  changeMember,
  createInvitation,
  createResetLink,
  listInvitations,
  listMembers,
  openInvitation,
  removeMember,
  withdrawInvitation,
} from './members.ts';
import { listMetrics } from './metrics.ts';
import { getOverview, listPlans } from './overview.ts';
import { applyPlanVersion, getPlanVersion, launchPlan, listPlanVersions } from './plan-versions.ts';
import { applyPlan } from './plans.ts';
import { getProbe, listProbes } from './probes.ts';
import { listScenarios, runRehearsal } from './rehearsals.ts';
import { judgeSample, listReviews, listSamples } from './reviews.ts';
import { listScrapes } from './scrapes.ts';
import { listSearches } from './searches.ts';
import { listServices } from './services.ts';
import {
  changePassword,
  confirmPassword,
  endSession,
  getSession,
  getSignInState,
  listSessions,
  resetPassword,
  setUp,
  signIn,
  signOut,
} from './session.ts';
import { getSignalSeries, listSeries } from './signals.ts';
import { endSilence, listSilences, silenceRule } from './silences.ts';
import { getStatus } from './status.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';
import { getTrace } from './traces.ts';
import { forgetUser } from './users.ts';
import { listWebhooks } from './webhooks.ts';

/** Every route of the API, once. A route that is not here does not exist; one that is here has a verb in `src/http/verbs.ts`. */
export const routes = {
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
} as const;
