import { channelConformance } from '../../../test/conformance/channel.ts';
import { telegram } from './send.ts';

channelConformance(telegram, 'http');
