// Decides that what many clients of one program have alike is one object: their options, the way to their broker, what it
// allows.

/**
 * Makes a function that gives back the object it was given before, while it is given the like of it: one with the same
 * values under the same names. What it gives is not to be changed.
 */
export function sharing<T extends object>(): (fresh: T) => T {
  // It may hold a password: it must not outlive those who have it.
  let latest: WeakRef<T> | null = null;
  return (fresh) => {
    const known = latest?.deref();
    if (known !== undefined && are_alike(known, fresh)) return known;
    latest = new WeakRef(fresh);
    return fresh;
  };
}

function are_alike<T extends object>(one: T, other: T): boolean {
  for (const name in one) if (one[name] !== other[name]) return false;
  return true;
}
