import type { AcknowledgeLinkServices } from './acknowledge-link/services.ts';
import type { AlertServices } from './alerts/services.ts';
import type { AuditServices } from './audit/services.ts';
import type { ChannelServices } from './channels/services.ts';
import type { DataServices } from './data/services.ts';
import type { DeliveryServices } from './deliveries/services.ts';
import type { HealthServices } from './health/services.ts';
import type { JournalServices } from './journal/services.ts';
import type { KeyServices } from './keys/services.ts';
import type { LiveServices } from './live/services.ts';
import type { MemberServices } from './members/services.ts';
import type { OverviewServices } from './overview/services.ts';
import type { PlanServices } from './plans/services.ts';
import type { RehearsalServices } from './rehearsals/services.ts';
import type { SignInServices } from './sign-in/services.ts';
import type { SignalServices } from './signals/services.ts';
import type { SilenceServices } from './silences/services.ts';
import type { StatusServices } from './status/services.ts';
import type { TokenServices } from './tokens/services.ts';

/** What the verbs call, a member for each noun. */
export interface ApiServices {
  readonly status: StatusServices;
  readonly plans: PlanServices;
  readonly rehearsals: RehearsalServices;
  readonly journal: JournalServices;
  readonly alerts: AlertServices;
  readonly silences: SilenceServices;
  readonly deliveries: DeliveryServices;
  readonly keys: KeyServices;
  readonly channels: ChannelServices;
  readonly signIn: SignInServices;
  readonly members: MemberServices;
  readonly tokens: TokenServices;
  readonly audit: AuditServices;
  readonly overview: OverviewServices;
  readonly acknowledgeLinks: AcknowledgeLinkServices;
  readonly live: LiveServices;
  readonly signals: SignalServices;
  readonly data: DataServices;
  readonly health: HealthServices;
}
