/** What went wrong, in one line; for a package that is not there, that. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return `${error}`;
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1];
  if (missing !== undefined) return `not installed (npm install ${missing})`;
  return error.message.split('\n')[0];
}
