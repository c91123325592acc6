/** By what a person gave a command. */
export type Via = 'web' | 'link' | 'api' | 'cli';
