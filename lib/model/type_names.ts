// Decides what a value of a wrong type is called in the sentence of an error.

/** `"a number"`, `"null"`, `"an array"`, `"a plain object"`, `"a Date"`. */
export function name_type(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = value.constructor?.name;
  if (name === undefined || name === "Object") return "a plain object";
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}
