/** The command line asks for something that does not exist or does not fit. The program ends with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The run was stopped by a signal after its checkpoint had been written. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** The loss is not a number any more. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

/**
 * An error for a name that is not among the known ones, listing those close to it, or all if none is.
 *
 * @param what - what the name stands for: 'task', 'preset'.
 */
export function unknownName(what: string, name: string, known: readonly string[]): UsageError {
  const near = nearNames(name, known);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `known: ${known.join(', ')}`;
  return new UsageError(`unknown ${what} "${name}"; ${hint}`);
}

/**
 * At most three known names, nearest first: the one that differs in case only, or those within an edit distance of a
 * third of the name's length (2 at least) or that contain it or are contained.
 */
export function nearNames(name: string, known: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const same = known.filter((candidate) => candidate.toLowerCase() === wanted);
  if (same.length > 0) return same;
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return known
    .map((candidate) => {
      const low = candidate.toLowerCase();
      const contains = wanted.length > 2 && (low.includes(wanted) || wanted.includes(low));
      return { candidate, distance: contains ? 1 : editDistance(wanted, low) };
    })
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions and substitutions that turn a into b (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
