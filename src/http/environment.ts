/** What the middleware puts beside each request. */
export interface ApiEnvironment {
  Variables: {
    requestId: string;
    /** Who acts, for the journal: the holder of the admin token until there is sign-in. */
    actor: string;
  };
}
