/** What stands under every field for a new password. The server has the rules. */
export const PASSWORD_ADVICE = 'At least 12 characters; a few words that only you put together do well.';
