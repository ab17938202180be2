// Decides that what many clients of one program have alike is one object: their options, the way to their broker, what it
// allows.

/** The settings of one client change while it is made, and those of the next change in the same way. */
const REMEMBERED = 4;

/**
 * Makes a function that gives back one of the last objects it was given, when it is given the like of it: one with the
 * same values under the same names. What it gives is not to be changed.
 */
export function sharing<T extends object>(): (fresh: T) => T {
  // They may hold a password: they must not outlive those who have them.
  let latest: readonly WeakRef<T>[] = [];
  return (fresh) => {
    for (const one of latest) {
      const known = one.deref();
      if (known !== undefined && are_alike(known, fresh)) return known;
    }
    latest = [new WeakRef(fresh), ...latest.slice(0, REMEMBERED - 1)];
    return fresh;
  };
}

function are_alike<T extends object>(one: T, other: T): boolean {
  for (const name in one) if (one[name] !== other[name]) return false;
  return true;
}
