import { channelConformance } from '../../../test/conformance/channel.ts';
import { email } from './send.ts';

channelConformance(email, 'mail');
