// Decides what a place for records is that outlive the process: the contract between the session and memory, a file, ...
// A store knows nothing of MQTT: it keeps bytes under numbers.

/** At once, or later: a store is of one kind, and answers all calls alike. */
export type Soon<T> = T | Promise<T>;

/** One record, as the store gives it back. */
export interface StoredRecord {
  /** A whole number from 0 to 2^53 - 1. */
  readonly key: number;
  /** What was put, to read and to keep: nobody else changes it. */
  readonly value: Uint8Array;
}

/** Something about its records that the store has noticed and that nobody has asked for. */
export interface StoreProblem {
  /**
   * - `torn`: the last change was not written to its end, when the process or the machine ended. It does not count.
   * - `damaged`: a record was not what had been written. It is out of the store; all others are there.
   * - `failed`: housekeeping did not work; nothing is lost by it.
   */
  readonly kind: "torn" | "damaged" | "failed";
  /** One sentence for a log. */
  readonly text: string;
  /** Where the damaged bytes were put aside; null when they were not. */
  readonly saved: string | null;
}

/** A record that is about to be laid down where the store wants it. */
export interface UnwrittenRecord {
  /** It takes no more bytes than these. */
  readonly most: number;
  /** Writes it into `bytes`, from `at` on; gives how many bytes it is. */
  write(bytes: Uint8Array, at: number): number;
}

/**
 * Records in the order of their keys. Changes are staged by `put` and `delete`, and take effect together and in their
 * order with `write`. What fails throws a `StoreError` (a promise rejects with it), and then none of the staged changes
 * counts: the store is as it was after the last `write` that succeeded, and may be asked again. A store that cannot go on
 * fails every call from then on; it never goes on as if it could.
 */
export interface Store {
  /**
   * Whether changes of one turn of the event loop shall be written together, which is faster. Default false: `write`
   * is called for each message within the call that publishes it. Means nothing for a store that answers by promises.
   */
  readonly gathers?: boolean;

  /**
   * Opens the store, for this owner alone. Called first, and once, but for a store that was closed, which may be opened
   * again. Returns all records in ascending order of their keys.
   *
   * @param report is told of every problem, now and later.
   */
  open(report: (problem: StoreProblem) => void): Soon<StoredRecord[]>;

  /** Stages a record, in place of an earlier one with this key. The bytes are the caller's again afterwards. */
  put(key: number, value: Uint8Array): void;

  /**
   * As `put`, for a store that wants records written into memory of its own, which is faster. Only a store that answers at
   * once may have it.
   */
  put_in_place?(key: number, record: UnwrittenRecord): void;

  /** Stages the end of a record, which need not exist. */
  delete(key: number): void;

  /** Makes the staged changes outlive this process. */
  write(): Soon<void>;

  /**
   * Writes what is staged, and makes all that was written outlive a power cut too, as far as the store was told to. Called
   * once for many changes, before anything happens that relies on them.
   */
  sync(): Soon<void>;

  /**
   * Takes a record out that nobody can make sense of, and puts its bytes aside for a human; `why` is a half sentence for
   * him. Reports where they are, as a problem.
   */
  quarantine(key: number, why: string): Soon<void>;

  /** Writes and syncs, and lets go of the store, whatever fails. A second call does nothing. */
  close(): Soon<void>;
}
