/**
 * Every queue, loop, batch, label set and page size refers to a named limit here. Reaching one is a named reason, never silence.
 * Sizes are bytes unless the name says otherwise; times are milliseconds.
 */
export const limits = {
  // A plan's text
  planBytes: 1_048_576,
  planFiles: 64,
  planDepth: 12,
  planNodes: 50_000,
  /** After so many findings the rest of a plan is not read. */
  planFindings: 1_000,
  /** Names among which the one nearest to a misspelt one is looked for. */
  planNameCandidates: 2_000,
  planSentenceCharacters: 2_000,
  planSentenceDepth: 32,
  /** What a service needs, directly or through others. */
  neededServices: 100,

  // A request
  requestHeaderBytes: 16_384,
  requestHeaders: 100,
  urlBytes: 8_192,
  webhookBodyBytes: 1_048_576,
  /** How old the signature of a webhook may be. */
  webhookToleranceMs: 300_000,
  eventsBodyBytes: 20_971_520,
  remoteWriteBodyBytes: 33_554_432,
  /** Unpacked bytes for each packed one, from the first MiB on: beyond is a bomb. */
  unpackRatio: 500,
  unpackRatioFromBytes: 1_048_576,
  /** As a power of two: what a packed body may make its reader hold (the zstd format asks every reader for 8 MiB). */
  zstdWindowLog: 23,
  /** A refused body up to here is read to its end, so that its connection stays of use. */
  refusedBodyBytes: 262_144,
  requestTotalMs: 30_000,
  requestHeadersMs: 10_000,
  commandBodyBytes: 2_097_152,
  /** Of whoever shows no good credential: signing in and following a link take a few hundred. */
  strangerBodyBytes: 65_536,
  jsonDepth: 64,
  jsonKeys: 10_000,
  recordsPerRequest: 100_000,

  // The built web app, which is held in memory
  webFiles: 1_000,
  webBytes: 33_554_432,

  // A request of OTLP
  otlpBodyBytes: 20_971_520,
  /** As much as the receivers of gRPC usually take. */
  otlpGrpcMessageBytes: 4_194_304,
  /** Under way, of all senders: a message is in memory before it is counted. */
  otlpGrpcCalls: 64,
  otlpGrpcStreams: 32,
  otlpGrpcConnections: 1_024,
  /** A connection without a call is ended after it; senders open another when they have something to send. */
  otlpGrpcIdleMs: 300_000,
  /** Messages, attributes, list entries and buckets of one request. */
  otlpValues: 2_000_000,
  /** In JSON each level of it is up to four; together with what stands around they are within `jsonDepth`. */
  otlpValueDepth: 12,
  /** Of those without a place of their own; a record has each of them. */
  otlpResourceAttributes: 48,
  /** Of all labels of the series of one request, for the same reason. */
  labelCharactersPerRequest: 67_108_864,
  /** Values that the points of one request become, with those of their buckets. */
  samplesPerRequest: 400_000,

  // A record
  nameBytes: 256,
  attributesPerRecord: 128,
  /** Of all records of one request: what stands once in it, such as who speaks, stands in each of its records. */
  recordCharactersPerRequest: 67_108_864,
  attributeKeyBytes: 256,
  attributeValueBytes: 8_192,
  eventIdBytes: 256,
  futureMs: 60_000,
  oldestMs: 604_800_000,
  lateMs: 300_000,

  // Versions of services
  /** A version that was seen within this time is not deployed when it is seen again. */
  versionsWithinMs: 86_400_000,
  /** Services of one plan whose versions are known; the one heard of longest ago is forgotten for another. */
  versionedServices: 1_000,
  versionsPerService: 100,

  // An envelope of a Sentry SDK
  envelopeBytes: 20_971_520,
  envelopeItems: 200,
  /** Of one event, transaction or other item that is read. */
  envelopeItemBytes: 1_048_576,
  /** A transaction has up to a thousand spans, with a dozen and more keys each. */
  envelopeItemKeys: 50_000,
  /** Of an envelope whose key stands in its own first line: it is read before anybody knows who sends. */
  unnamedEnvelopeBytes: 1_048_576,

  // Deduplication
  idempotencyMs: 600_000,
  idempotencyKeys: 1_000_000,
  /** Ids of events in each of two generations: 20,000 a second for `idempotencyMs`. */
  eventIds: 12_000_000,
  /** Of one request, for the answer to its repetition; the first answer names them all. */
  rejectionsRemembered: 100,
  oncePerMs: 86_400_000,
  oncePerIds: 1_000_000,

  // Windows
  liveWindowMs: 3_600_000,
  /** Of `availability`, which is kept as times by steps and not as events. */
  availabilityWindowMs: 7_776_000_000,
  /** The shortest step of an availability, and that of `today` and `since launch`. */
  availabilityStepMs: 1_000,
  availabilityCalendarStepMs: 60_000,
  /** The store is asked at most so often for a time of an availability that late results have changed. */
  availabilityRecallEveryMs: 60_000,
  /** So often it is looked whether something is to be asked of the store. */
  recollectionEveryMs: 5_000,
  windowStepMs: 100,
  /** Longer windows are whole seconds, so that each has a step that divides it. */
  windowOfTenthsMs: 60_000,
  windowSteps: 600,
  coarseWindowSteps: 60,
  groupsPerSignal: 100,
  /** Different upper bounds of histograms in one group of a percentile; with more there is no figure. */
  boundsPerHistogram: 512,
  /** Distinct values that `unique` counts exactly; beyond, HyperLogLog. */
  exactUniques: 10_000,
  /** A count over an empty window is 0 while the plan has received anything within this time, else no data. */
  receivedWithinMs: 300_000,
  fieldsPerPlan: 5_000,
  /** Of `duplicates` and `missing`, which keep each value once. */
  keyWindowMs: 86_400_000,
  keyWindowSteps: 3_600,
  keyWindowStepMs: 1_000,
  /** Different values of one such measure; with more it says nothing. */
  keysPerMeasure: 100_000,
  keysPerPlan: 500_000,
  /** Rows that are read for one such measure when a store is asked for its past, and of one question. */
  keyRowsRecalled: 500_000,
  keyRowsAsked: 20_000,
  /** Groups of one such measure that may be noted while a store is asked. */
  groupsNoted: 10_000,
  keysShown: 20,
  keyCharacters: 200,
  /** A partner counts that came up to so long before the window. */
  partnerBeforeMs: 3_600_000,
  /** A point that is older says nothing of now, and what a counter grew by in a longer silence belongs to no instant. */
  sampleLifeMs: 300_000,
  /** Series of numbers that are alive: those silent for an hour make room. */
  seriesPerPlan: 50_000,
  labelsPerSeries: 64,
  /** Families of metrics whose type is known. */
  metricFamiliesPlan: 20_000,
  labelValueBytes: 4_096,
  rejectionReasonsPerPlan: 1_000,

  // Spool
  spoolSegmentBytes: 16_777_216,
  spoolSegmentMs: 1_000,
  spoolBytes: 4_294_967_296,
  /** Of `spoolBytes`, kept free for facts of the core when events have filled the rest. */
  spoolReservedBytes: 268_435_456,
  spoolBatchBytes: 8_388_608,
  loaderBackoffMs: 15_000,
  /** From when on sealed data that the telemetry store does not take are a reason not to be ready. */
  loaderLateMs: 10_000,

  // Intake's process
  /** Names of secrets that it holds for the plans in force. */
  intakeSecrets: 10_000,
  intakeRequests: 1_000,
  // Rates of what is sent, for each class of traffic: in the long run of one plan, unless its section `limits` says otherwise
  recordsPerSecond: { alerts: 2_000, events: 1_000_000, samples: 4_000_000, logs: 500_000 },
  bytesPerSecond: { alerts: 4_194_304, events: 536_870_912, samples: 536_870_912, logs: 268_435_456 },
  /** A quiet sender may send so much of its rate at once. */
  rateBurstMs: 5_000,
  /** A request that costs more than there was is paid for by those after it, for at most so long. */
  rateDebtSeconds: 60,
  /** Of its plan's rate, for one key that the plan says nothing of. */
  rateKeyShare: 0.8,
  /** Of the requests and bytes under way, for each class: a flood of one leaves the others their room. */
  trafficShares: { alerts: 0.1, events: 0.35, samples: 0.3, logs: 0.25 },
  /** Of a class's room, for one plan: another one always finds some. */
  trafficPlanShare: 0.75,
  /** Of a class's room, for all requests whose sender has yet to be proven by their bodies: strangers leave the others the rest. */
  trafficUnprovenShare: 0.5,
  /** How long a request whose body is there may wait for its turn, and what it holds for the disk. */
  intakeWaitMs: 5_000,
  /** How long requests are worked on before the connections are looked at again. */
  intakeTurnMs: 5,
  /** How long a connection that says nothing is kept: longer than senders keep theirs, so that none sends into one that is just being closed. */
  intakeKeepAliveMs: 75_000,
  /** Of all senders; more are closed at once. */
  intakeConnections: 4_096,
  /** How often it is said that connections are closed. */
  connectionsToldEveryMs: 60_000,
  /** After so long without a refusal a flood is over. */
  floodOverMs: 30_000,
  floodsRemembered: 1_000,
  /** Fields of which it is shown how often the scrub list took something out. */
  scrubbedFieldsShown: 200,
  /** Senders of a plan whose clocks are watched. */
  clocksPerPlan: 1_000,
  /** Users who were forgotten while blocks of that time wait for the telemetry store. */
  forgottenUsers: 10_000,
  /** How long a command waits for a user to be forgotten before it says that it goes on. */
  forgetMs: 20_000,
  /** Facts of which the text is looked through at a time. */
  factsForgottenAtOnce: 1_000,
  /** Of one key, at the same time: a noisy sender leaves room for the others. */
  intakeRequestsPerKey: 500,
  intakeBytesInFlight: 201_326_592,
  snapshotEveryMs: 10_000,
  readingsEveryMs: 10_000,
  advanceEveryMs: 100,
  watermarkEveryMs: 200,
  keyUsedEveryMs: 60_000,
  verdictsPending: 10_000,
  linkBufferBytes: 67_108_864,
  linkBackoffMs: 2_000,

  // Scraping
  scrapesPerPlan: 100,
  scrapeEveryShortestMs: 1_000,
  scrapeEveryLongestMs: 3_600_000,
  /** Of one answer of a target. */
  scrapeBodyBytes: 16_777_216,
  /** Of one answer, wanted or not: each is remembered until the next. */
  samplesRead: 250_000,
  /** Of one answer, after names were kept and dropped. */
  samplesPerScrape: 50_000,
  /** Of all targets at the same time. */
  scrapesAtOnce: 50,

  // Probes and heartbeats
  probesPerPlan: 2_000,
  heartbeatsPerPlan: 2_000,
  assessmentsPerPlan: 50,
  assessmentChecks: 200,
  /** Of each heartbeat, and alerts of each rule: what comes after so many is unknown to an assessment. */
  checkInsRead: 20_000,
  assessmentAlerts: 2_000,
  /** Of each check over a phase, times that it failed which are listed. */
  assessmentFailures: 50,
  /** What was read of a phase that has been over for an hour is good for so long. */
  assessmentPastReadMs: 600_000,
  probeEveryShortestMs: 1_000,
  /** Of grace and runs of a heartbeat too. */
  probeEveryLongestMs: 2_678_400_000,
  probeTimeoutLongestMs: 60_000,
  /** Of an answer that a probe looks at. */
  probeBodyBytes: 1_048_576,
  /** Rows of one `query` probe that the database makes and counts, how many of them are shown, and bytes of the whole answer. */
  queryRows: 1_000,
  queryRowsKept: 20,
  queryAnswerBytes: 1_048_576,
  queryValueCharacters: 200,
  /** Of what shows a failure, and of one text of a result. */
  probeEvidenceCharacters: 2_000,
  probeMessageCharacters: 500,
  /** Looks of one prober at the same time; what is due meanwhile begins when one ends. */
  probesAtOnce: 2_000,
  /** Results that a prober keeps while the server is away; the oldest go first. */
  probeResultsKept: 100_000,
  probeResultsPerRequest: 1_000,
  probeResultsBodyBytes: 8_388_608,
  /** Of all that a prober is told to do. */
  probeOrdersBytes: 33_554_432,
  /** Other places than the server's own that report on one plan. */
  probeLocations: 32,
  /** Probes of a plan that wait for a confirmation. */
  probesConfirmed: 100,
  /** A confirmation may take so long. */
  probeConfirmLongestMs: 3_600_000,
  /** What a POST of a probe sends. */
  probeRequestCharacters: 16_384,
  /** Ids of looks that intake has heard, of one probe; the oldest go first. */
  probeRunsHeard: 1_000,
  /** Of what a prober says of a look that sends something. */
  probeQuestionBytes: 4_096,
  /** In one value. */
  probeRunsPerValue: 8,
  /** So long they are remembered: longer than any look asks for them. */
  probeRunsHeardMs: 7_200_000,
  /** So many of them a plan may ask to agree. */
  probeAgreeMost: 20,
  /** Of each location in a time: changes between passed, failed and unmeasured, and gaps. */
  probeRunsRead: 2_000,
  /** So old may be what is shown of 30 days; what came since is added. */
  probeMonthReadMs: 300_000,
  /** Of those that came meanwhile, for a page that asks every few seconds. */
  probeResultsReadAgain: 50_000,
  /** Of a time with more results than this a probe's page shows means of five minutes at least, which are not read from results. */
  probeResultsRead: 500_000,
  probeLatestRead: 20_000,
  probeBucketsRead: 100_000,
  probeFailuresShown: 50,
  probeSegmentsShown: 1_000,
  heartbeatBodyBytes: 102_400,
  /** Of what a job wrote, the end is kept. */
  heartbeatMessageBytes: 8_000,
  /** Of one heartbeat; the end of a run that began before them has no duration. */
  heartbeatRunsOpen: 32,
  heartbeatRunCharacters: 64,

  // Reviews and comparisons
  reviewsPerPlan: 50,
  comparisonsPerPlan: 50,
  /** Of one review: chosen, and judged. */
  reviewSamples: 1_000,
  /** Of one list that is uploaded. */
  comparisonRows: 100_000,
  comparisonBytes: 1_048_576,
  /** That are shown of a sample, or compared. */
  vouchingFields: 50,
  /** Of one line of a list; a double quote that is never closed would make all that follows one line. */
  listRecordCharacters: 65_536,
  /** Differences of one list that are kept; all of them are counted. */
  comparisonDifferences: 10_000,
  /** Of one comparison, the last of them; each takes up to 4 MiB with what differs. */
  comparisonListsKept: 30,
  /** Lists of other times than the latest that differ still; the oldest of more are named as one. */
  comparisonListsOpen: 10,
  /** Of the thread in which a list is compared. */
  comparisonMegabytes: 512,
  /** Lists that wait until the one before them is compared. */
  comparisonsWaiting: 16,
  /** Samples and differences that an alert, a fact and a row of the core name. */
  differencesNamed: 20,
  /** Of a note of who judges, and of what differs in one row. */
  vouchingNoteCharacters: 500,
  /** Of what names a sample or a row in messages. */
  vouchingLabelCharacters: 200,

  // Delivery
  /** With `deliveryBackoffMaxMs` this bridges an outage of two and a half hours at the provider. */
  deliveryAttempts: 200,
  deliveryBackoffMs: 1_000,
  deliveryBackoffMaxMs: 45_000,
  deliveriesPerChannel: 25,
  /** How soon the queue is read again when what is due could not be claimed. */
  deliveryPollMs: 250,
  retryAfterMaxMs: 3_600_000,
  deliveryBatch: 50,
  leaseMs: 30_000,
  egressTimeoutMs: 10_000,
  egressResponseBytes: 65_536,
  /** Of one channel, in the time below: a test is a message to somebody. */
  channelTests: 5,
  channelTestsWithinMs: 60_000,

  // The text of a message
  messageTitleCharacters: 200,
  messageLineCharacters: 500,
  messageLabelCharacters: 100,
  messageReadings: 20,

  // Rehearsals on the server
  rehearsalMs: 60_000,
  rehearsalMegabytes: 512,
  /** Rehearsals that wait for the one that runs. */
  rehearsalsWaiting: 8,
  /** Of each figure in a recording. */
  rehearsalPoints: 600,
  rehearsalSeries: 200,
  rehearsalFacts: 5_000,

  // Core
  planLeaseMs: 10_000,
  coreInputs: 10_000,
  /** Messages of executors in one commit. */
  coreBatch: 200,
  commandMs: 10_000,
  planSearchMs: 10_000,
  /** How soon keys that another process has made or revoked are known here. */
  keySearchMs: 3_000,
  coreLagBannerMs: 2_000,
  coreLagReportMs: 10_000,
  /** For one statement of the core; all of them take milliseconds. */
  storeStatementMs: 15_000,
  storeBackoffMs: 100,
  storeBackoffMaxMs: 5_000,
  linkRequestMs: 2_000,
  linkLineBytes: 67_108_864,
  factsPerExport: 500,
  /** How soon new facts are looked for when nothing said that there are some. */
  factFeedMs: 2_000,
  explainFacts: 1_000,
  inboxPage: 200,
  /** That last, at the same time. */
  silencesPerPlan: 500,
  silenceReasonCharacters: 500,
  flapWindowMs: 1_800_000,
  flapFirings: 3,
  executorSilentMs: 3_000,
  watermarkCommitMs: 5_000,

  // Errors
  /** Whose first time and state are kept; of a plan with more, those that were not seen for longest are forgotten. */
  errorGroupsPerPlan: 10_000,
  errorGroupsShown: 200,
  /** Of a time, among which those in a state are found. */
  errorGroupsRead: 50_000,
  errorsLookedEveryMs: 60_000,
  /** How far back each look reaches again, for what came late into the store. */
  errorsLookedBackMs: 900_000,
  errorExamples: 20,
  /** Values of each field of a group of errors. */
  errorValuesShown: 8,

  // What pages ask of the telemetry store
  telemetryQueryMs: 5_000,
  telemetryQueryBytes: 134_217_728,
  /** Of a value or message that stands for others. */
  exampleCharacters: 200,
  /** Names of events in the table of fields; their fields are read from so many of the latest events each. */
  eventNamesShown: 50,
  /** Of one answer; and of the time before it, in which the version before is looked for. */
  deploymentsShown: 200,
  deploymentsRead: 2_000,
  eventsSampled: 200,
  /** A field that a plan reads is looked for in so many of the latest events of a name. */
  eventsLookedThrough: 50_000,

  // Searching logs and traces
  /** For one search of pages; less than `telemetryQueryMs`, so that what was found until then is answered. */
  logSearchMs: 4_000,
  logsPage: 500,
  logSteps: 60,
  logSearchNames: 10,
  logFacetFields: 8,
  logFacetValues: 10,
  /** Rows that counts are made from; of more, every nth block of the table is counted and the counts are multiplied. */
  logsCounted: 2_000_000,
  logContextLines: 100,
  /** Lines before and after another that belong to it are looked for so far away. */
  logContextMs: 3_600_000,
  logTails: 20,
  logTailsPerActor: 4,
  logTailEveryMs: 1_000,
  /** Lines of one look at what has come; the others are counted. */
  logTailLines: 200,
  /** Records may come to the store so long after they were received. */
  logTailLagMs: 30_000,
  traceEvents: 2_000,
  traceAroundMs: 3_600_000,
  seriesPoints: 500,
  /** When a step was asked for: 24 hours in minutes. */
  seriesPointsAsked: 1_500,
  seriesSignals: 200,
  /** All points of one answer, over its signals and groups. */
  seriesAnswerPoints: 200_000,
  /** Charts that wait until the events before their first reading are read, which is done for one at a time. */
  seriesPastWaiting: 16,
  seriesAlerts: 500,
  seriesRangeMs: 34_560_000_000,
  /** How soon whole 5 minutes of readings are rolled up for long ranges. */
  rollUpEveryMs: 60_000,

  // The live stream
  /** How often a followed plan is looked at. */
  livePollMs: 250,
  /** Looking may take this share of the core's time; a plan with very many groups is looked at less often. */
  livePollShare: 0.05,
  livePollLongestMs: 5_000,
  /** How soon a page knows that nothing has changed. */
  liveWatermarkEveryMs: 1_000,
  /** How often what stands in the database is counted again. */
  liveCountsEveryMs: 2_000,
  /** How soon the stream of a session that has ended is ended too; what is remembered of credentials comes on top. */
  liveSessionCheckMs: 2_000,
  liveHeartbeatMs: 10_000,
  liveRetryMs: 1_000,
  /** Messages that wait for a slow reader; one more ends its stream. */
  liveBufferMessages: 256,
  liveBufferBytes: 4_194_304,
  /** For a reader to take the last message. */
  liveEndMs: 2_000,
  liveFactsPage: 200,
  liveStreams: 500,
  liveStreamsPerActor: 64,

  // Sign-in and access
  sessionIdleMs: 604_800_000,
  sessionLongestMs: 2_592_000_000,
  /** After so long since the sign-in, what only owners do asks for the password again. */
  ownerSignInMs: 43_200_000,
  /** How long a credential that was found good is taken without looking again: an ended one is refused this soon. */
  credentialCacheMs: 2_000,
  credentialsCached: 10_000,
  sessionSeenEveryMs: 60_000,
  setUpLinkMs: 259_200_000,
  invitationMs: 259_200_000,
  passwordResetMs: 3_600_000,
  signInsPerAddress: 30,
  signInWindowMs: 300_000,
  /** Wrong passwords in a row, of one account, before it is closed for a while. */
  signInFailures: 5,
  signInLockMs: 60_000,
  signInLockMaxMs: 3_600_000,
  /** Uses of links (set-up, invitation, new password), by address and window. */
  linkUsesPerAddress: 20,
  linkWindowMs: 600_000,
  linksPerActor: 60,
  linksPerActorMs: 3_600_000,
  sessionsPerMember: 100,
  /** Passwords that are hashed at the same time: each takes the threads and the memory that others of the core need too. */
  passwordsAtOnce: 2,
  passwordsWaiting: 32,
  members: 1_000,
  apiTokens: 1_000,
  /** Of one caller: so many at once, and so many a second in the long run. */
  apiRequestsBurst: 1_000,
  apiRequestsPerSecond: 100,
  /** A body counts as one request more for each so many bytes. */
  apiRequestBytes: 4_096,
  /** The same refusal of the same caller is written once in so long. */
  refusalNotedEveryMs: 60_000,
  refusalsRemembered: 10_000,
  /** Refusals of callers without a credential in the audit log. */
  strangersNotedPerHour: 1_000,
} as const;
