import { describeStore } from '../conformance/store.ts';
import { MemoryStore } from './memory-store.ts';

describeStore('The store in memory', async () => {
  const store = new MemoryStore();
  return {
    store,
    close: async () => {},
    facts: async (plan) => store.of(plan).facts,
    inbox: async (plan, person) =>
      [...store.inbox.values()]
        .filter((message) => message.plan === plan && message.person === person)
        .map(({ id }) => id),
  };
});
