import { limits } from '#kernel/limits.ts';
import type { Grant } from '../credentials.ts';
import type { RequestRefusal, TrafficClass } from '../receiver.ts';

/** Bytes that are under way of one class of traffic, or of one plan in it. */
interface Room {
  requests: number;
  bytes: number;
}

/** What one request holds of the process's memory, until `end`. */
export interface Ticket {
  /** Takes so many bytes more; false when there is no room for them, and the request is to be refused. */
  take(bytes: number): boolean;
  /** Gives everything back; to be called once. */
  end(): void;
}

export interface AdmissionOptions {
  /** Requests under way, of all senders and of one key. */
  readonly requests: number;
  readonly requestsPerKey: number;
  readonly bytes: number;
}

const OVERLOADED_RETRY_SECONDS = 2;
const NOISY_RETRY_SECONDS = 1;

/**
 * Who may come in while others are under way. Each class of traffic has its own share of requests and bytes; within a class a plan may hold
 * only part, so that another one always finds some, and a key only so many requests.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #classes = new Map<TrafficClass, Room>();
  readonly #plans = new Map<string, Room>();
  /** Of requests whose sender has yet to be proven by the body. */
  readonly #unproven = new Map<TrafficClass, Room>();
  readonly #keys = new Map<string, number>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Requests that are under way. */
  get underWay(): number {
    let sum = 0;
    for (const { requests } of this.#classes.values()) sum += requests;
    return sum;
  }

  admit({ keyId, plan }: Grant, traffic: TrafficClass, isUnproven = false): Ticket | RequestRefusal {
    const { requests, requestsPerKey, bytes } = this.#options;
    const ofKey = this.#keys.get(keyId) ?? 0;
    if (ofKey >= requestsPerKey) {
      return {
        code: 'too-many-requests',
        message: `${ofKey} requests of this key are under way.`,
        retryAfterSeconds: NOISY_RETRY_SECONDS,
      };
    }
    const share = limits.trafficShares[traffic];
    const room = this.#classes.get(traffic) ?? { requests: 0, bytes: 0 };
    if (room.requests >= Math.max(1, Math.floor(requests * share))) {
      return overloaded(`${room.requests} requests with ${traffic} are under way.`);
    }
    const unproven = this.#unproven.get(traffic) ?? { requests: 0, bytes: 0 };
    if (isUnproven && unproven.requests >= Math.max(1, Math.floor(requests * share * limits.trafficUnprovenShare))) {
      return overloaded(`${unproven.requests} requests with ${traffic} that are to be proven are under way.`);
    }
    const name = `${plan}\n${traffic}`;
    const ofPlan = this.#plans.get(name) ?? { requests: 0, bytes: 0 };
    if (ofPlan.requests >= Math.max(1, Math.floor(requests * share * limits.trafficPlanShare))) {
      return {
        code: 'too-many-requests',
        message: `${ofPlan.requests} requests of the plan ${plan} with ${traffic} are under way.`,
        retryAfterSeconds: NOISY_RETRY_SECONDS,
      };
    }
    this.#classes.set(traffic, room);
    this.#plans.set(name, ofPlan);
    this.#unproven.set(traffic, unproven);
    if (isUnproven) unproven.requests += 1;
    this.#keys.set(keyId, ofKey + 1);
    room.requests += 1;
    ofPlan.requests += 1;
    let held = 0;
    return {
      take: (more) => {
        const most = bytes * share;
        // A request that is alone fits, since no body is larger than that.
        held += more;
        room.bytes += more;
        ofPlan.bytes += more;
        if (isUnproven) unproven.bytes += more;
        if (room.bytes > most || (isUnproven && unproven.bytes > most * limits.trafficUnprovenShare)) return false;
        return ofPlan.requests === 1 || ofPlan.bytes <= most * limits.trafficPlanShare;
      },
      end: () => {
        room.requests -= 1;
        room.bytes -= held;
        ofPlan.requests -= 1;
        ofPlan.bytes -= held;
        if (isUnproven) {
          unproven.requests -= 1;
          unproven.bytes -= held;
        }
        if (ofPlan.requests === 0) this.#plans.delete(name);
        const left = (this.#keys.get(keyId) ?? 1) - 1;
        if (left === 0) this.#keys.delete(keyId);
        else this.#keys.set(keyId, left);
      },
    };
  }
}

/** The process as a whole has no room for the request. */
export function overloaded(message: string): RequestRefusal {
  return { code: 'overloaded', message, retryAfterSeconds: OVERLOADED_RETRY_SECONDS };
}
