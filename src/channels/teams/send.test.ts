import { channelConformance } from '../../../test/conformance/channel.ts';
import { teams } from './send.ts';

channelConformance(teams, 'http');
