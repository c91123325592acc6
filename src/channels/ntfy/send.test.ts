import { channelConformance } from '../../../test/conformance/channel.ts';
import { ntfy } from './send.ts';

channelConformance(ntfy, 'http');
