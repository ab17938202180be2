// Decides what is said when the process is about to end by itself, although a client still wants something of its
// broker: one listener of the process for all clients, and none while nobody wants to be asked.

interface EndingProcess {
  on?(event: "beforeExit", listener: () => void): unknown;
  off?(event: "beforeExit", listener: () => void): unknown;
}

/** What a program that is about to end leaves behind. */
export interface Unfinished {
  readonly is_subscribed: boolean;
  readonly loop_runs: boolean;
  readonly is_connecting: boolean;
}

/** Who may have something to say then. */
export interface Ending {
  unfinished(): Unfinished;
  warn(text: string): void;
}

const waiting = new Set<Ending>();

/** Looks at a client when nothing keeps the process alive any more, or does so no longer. */
export function watch_process_end(client: Ending, watched: boolean): void {
  if (watched === waiting.has(client)) return;
  if (watched) waiting.add(client);
  else waiting.delete(client);
  if (waiting.size === 0) this_process().off?.("beforeExit", ask);
  else if (watched && waiting.size === 1) this_process().on?.("beforeExit", ask);
}

/** Whether a client of this thread has something to do, for which the thread must be idle now and then. */
export function needs_idle_thread(): boolean {
  return waiting.size > 0;
}

/** The first who has something to say speaks for all. */
function ask(): void {
  for (const client of waiting) {
    const text = last_words(client.unfinished());
    if (text === null) continue;
    client.warn(text);
    return;
  }
}

function last_words({ is_subscribed, loop_runs, is_connecting }: Unfinished): string | null {
  if (!is_subscribed && !(loop_runs && is_connecting)) return null;
  const what = is_subscribed ? "although it has subscribed" : "before it was connected";
  const why = loop_runs ? "loop_start() does not keep it alive" : "no loop runs";
  return `the program ends ${what}: ${why}, use loop_forever() to stay`;
}

function this_process(): EndingProcess {
  return (globalThis as { process?: EndingProcess }).process ?? {};
}
