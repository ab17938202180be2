// Decides which version of karere this is; the same as in package.json.

/** The version of this package. */
export const __version__ = "0.1.0";
