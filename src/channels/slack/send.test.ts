import { channelConformance } from '../../../test/conformance/channel.ts';
import { slack } from './send.ts';

channelConformance(slack, 'http');
