/** How the command line names itself in `User-Agent`, so that facts can say by what a command was given. */
export const CLI_AGENT = 'watchbill-cli';
