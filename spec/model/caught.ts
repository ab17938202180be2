// Decides how a spec gets hold of what a call throws; several of a spec's expectations may then look at it.

/** For tables that say which class of error a call throws. */
export type ErrorClass = abstract new (...args: never) => Error;

/** The error that the call throws; fails when it throws none. */
export function caught(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
