import { channelConformance } from '../../../test/conformance/channel.ts';
import { discord } from './send.ts';

channelConformance(discord, 'http');
