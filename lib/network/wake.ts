// Decides when a look at the connection is worth while although neither bytes nor a timer came: a page is shown again,
// or the machine is online again. Where there are no such events (Node) nobody is ever told.

interface World {
  readonly document?: EventTarget & { readonly visibilityState?: string };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** Calls `fn` at such a moment; returns the way to take that back. */
export function on_wake(fn: () => void): () => void {
  const world = globalThis as unknown as World;
  const { document } = world;
  if (document === undefined && world.addEventListener === undefined) return nothing;
  const shown = () => {
    if (document?.visibilityState === "visible") fn();
  };
  world.addEventListener?.("online", fn);
  document?.addEventListener("visibilitychange", shown);
  return () => {
    world.removeEventListener?.("online", fn);
    document?.removeEventListener("visibilitychange", shown);
  };
}

function nothing(): void {}
