const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const;

/** Do something while the first line of each text that goes to the console is kept instead of shown. */
export async function quietly<T>(said: string[], work: () => Promise<T>): Promise<T> {
  const original = { ...console };
  for (const method of METHODS) {
    console[method] = (...texts: unknown[]) => void said.push(texts.join(' ').split('\n')[0]);
  }
  try {
    return await work();
  } finally {
    for (const method of METHODS) console[method] = original[method];
  }
}
